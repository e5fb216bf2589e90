using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts;
using FineTunePipeline.Training;
using FineTunePipeline.Training.Watching;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class TrainingWarningsTests
{
    [Theory]
    [InlineData(1.0001)]
    [InlineData(7.5)]
    public void A_high_loss_at_the_end_is_told_with_the_numbers(double loss) =>
        Assert.StartsWith(FormattableString.Invariant($"The loss is {loss:0.000} at the end (step 60), and above 1.0"), Assert.Single(Of(loss)), StringComparison.Ordinal);

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.2)]
    [InlineData(null)]
    public void A_low_one_or_one_that_is_not_known_is_not(double? loss) => Assert.Empty(Of(loss));

    [Fact]
    public void Of_a_stage_whose_loss_is_of_another_kind_nothing_is_said() => Assert.Empty(Of(7.5, TrainingStage.Pt));

    private static IReadOnlyList<string> Of(double? loss, TrainingStage stage = TrainingStage.Sft) => TrainingWarnings.Of(stage, new WatchedRun(new RunLook { State = RunState.Exited, ExitCode = 0 }, 60, 60, loss, []));
}
