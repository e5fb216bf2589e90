using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Training;
using FineTunePipeline.Training.Checkpoints;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class CardShareTests
{
    [Theory]
    [InlineData(8, 1, 2, 2, 4)]
    [InlineData(8, 2, 1, 1, 16)]
    [InlineData(4, 2, 8, 8, 1)]
    [InlineData(1, 2, 8, 2, 1)]
    [InlineData(3, 1, 2, 1, 3)]
    [InlineData(3, 2, 4, 3, 2)]
    [InlineData(5, 4, 0, 1, 20)]
    public void A_step_has_the_same_samples_on_more_or_fewer_cards(int accumulation, int wrote, int has, int cards, int accumulated)
    {
        var share = CardShare.Between(On(has, accumulation), wrote);

        Assert.Equal(new CardShare(cards, accumulated), share);
        Assert.Equal(accumulation * wrote, share!.Cards * share.Accumulation);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    public void As_many_cards_as_before_change_nothing(int has, int wrote) => Assert.Null(CardShare.Between(On(has, 8), wrote));

    [Fact]
    public void Cards_that_are_left_over_are_not_seen()
    {
        var command = new CardShare(2, 3).Of(On(8, 6));

        Assert.Equal(3, command.Spec.Hyperparameters.GradientAccumulationSteps);
        Assert.Equal((2, "0,1"), (command.Prepared.Trainer!.Cards, command.Prepared.Trainer.Environment["CUDA_VISIBLE_DEVICES"]));
    }

    [Fact]
    public void Cards_that_its_owner_named_stay_those()
    {
        var command = new CardShare(2, 3).Of(On(4, 6, new Dictionary<string, string> { ["CUDA_VISIBLE_DEVICES"] = "4,5,6,7" }));

        Assert.Equal("4,5", command.Prepared.Trainer!.Environment["CUDA_VISIBLE_DEVICES"]);
    }

    [Fact]
    public void A_checkpoint_that_is_divided_among_cards_needs_as_many()
    {
        var few = On(1, 8) with { Spec = Divided(On(1, 8).Spec) };
        var many = On(4, 8) with { Spec = Divided(On(4, 8).Spec) };

        var failure = Assert.Throws<StageException>(() => CardShare.Between(few, wrote: 2)).Failure;
        Assert.Equal((FailureKind.Budget, true), (failure.Kind, failure.NeedsPerson));
        Assert.Contains("divided among 2 cards (llamafactory.deepspeed), and this host has 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(new CardShare(2, 8), CardShare.Between(many, wrote: 2));
    }

    [Theory]
    [InlineData(1, "rng_state.pth")]
    [InlineData(2, "rng_state_0.pth", "rng_state_1.pth", "trainer_state.json")]
    [InlineData(1)]
    public void A_checkpoint_tells_how_many_processes_wrote_it(int processes, params string[] files) => Assert.Equal(processes, CheckpointFolders.Processes(files));

    private static StartTraining On(int cards, int accumulation, Dictionary<string, string>? environment = null)
    {
        var command = TrainingJob.Command();
        return command with
        {
            Spec = command.Spec with { Hyperparameters = command.Spec.Hyperparameters with { GradientAccumulationSteps = accumulation } },
            Prepared = command.Prepared with { Trainer = new TrainerProgram { FileName = "/tool", Cards = cards, Environment = environment ?? [] } },
        };
    }

    private static JobSpec Divided(JobSpec spec) =>
        spec with { Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"deepspeed": "/ds.json"}""")! };
}
