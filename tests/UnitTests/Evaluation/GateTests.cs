using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Evaluation.Judging;
using Xunit;

namespace FineTunePipeline.UnitTests.Evaluation;

public sealed class GateTests
{
    private static readonly EvaluationSpec Strict = new() { MinTaught = 0.8, MaxGeneralDrop = 0.1 };

    [Fact]
    public void Passes_with_the_figures_when_both_thresholds_are_met()
    {
        var (passed, verdict) = Gate.Judge(Strict, Sets(taught: 0.8, generalBefore: 0.9, generalAfter: 0.8));

        Assert.True(passed);
        Assert.Equal("Passed: taught 0 -> 0.8, general 0.9 -> 0.8.", verdict);
    }

    [Fact]
    public void Refuses_a_model_that_learnt_too_little()
    {
        var (passed, verdict) = Gate.Judge(Strict, Sets(taught: 0.79, generalBefore: 0.9, generalAfter: 0.9));

        Assert.False(passed);
        Assert.Equal("Not deployed: taught questions reached 0.79, below the required 0.8.", verdict);
    }

    [Fact]
    public void Refuses_a_model_that_forgot_too_much_and_names_both_reasons()
    {
        var (passed, verdict) = Gate.Judge(Strict, Sets(taught: 0.1, generalBefore: 0.9, generalAfter: 0.5));

        Assert.False(passed);
        Assert.Contains("below the required 0.8", verdict, StringComparison.Ordinal);
        Assert.Contains("general questions fell from 0.9 to 0.5, more than the allowed 0.1", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Never_judges_the_fresh_sets()
    {
        var sets = new Dictionary<string, SetScore> { ["taught_fresh"] = new(10, 0, 0) };

        Assert.True(Gate.Judge(new EvaluationSpec(), sets).Passed);
    }

    [Fact]
    public void Passes_when_no_questions_were_asked() =>
        Assert.Equal((true, "Passed: no questions were asked."), Gate.Judge(new EvaluationSpec(), new Dictionary<string, SetScore>()));

    [Fact]
    public void Refuses_thresholds_without_questions() =>
        Assert.False(Gate.Judge(Strict, new Dictionary<string, SetScore>()).Passed);

    private static Dictionary<string, SetScore> Sets(double taught, double generalBefore, double generalAfter) =>
        new() { ["taught"] = new(100, 0, taught), ["general"] = new(100, generalBefore, generalAfter) };
}
