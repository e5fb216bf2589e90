using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Deployment;
using FineTunePipeline.Messaging.Stages;
using Xunit;

namespace FineTunePipeline.UnitTests.Deployment;

public sealed class FileChoiceTests
{
    private static readonly ConvertedModel Converted = new()
    {
        Merged = Reference(1),
        Gguf = [File("f16", 100, taught: 0.95, general: 0.97), File("q8_0", 50, taught: 0.94, general: 0.96), File("q4_k_m", 30, taught: 0.7, general: 0.8)],
        Refused = ["q6_k: rows of 100 values cannot be packed"],
    };

    [Fact]
    public void Takes_the_smallest_file_that_passes_the_gate() =>
        Assert.Equal("q8_0", FileChoice.Choose(Spec(new EvaluationSpec { MinTaught = 0.9, MaxGeneralDrop = 0.1 }), Converted).Type);

    [Fact]
    public void Takes_the_smallest_file_when_there_are_no_thresholds() => Assert.Equal("q4_k_m", FileChoice.Choose(Spec(new EvaluationSpec()), Converted).Type);

    [Fact]
    public void Passes_over_a_file_that_forgot_more_than_the_best_one() =>
        Assert.Equal("q8_0", FileChoice.Choose(Spec(new EvaluationSpec { MaxGeneralDrop = 0.05 }), Converted).Type);

    [Fact]
    public void Takes_the_named_type_whatever_it_answers() =>
        Assert.Equal("q4_k_m", FileChoice.Choose(Spec(new EvaluationSpec { MinTaught = 0.9 }, type: "q4_k_m"), Converted).Type);

    [Fact]
    public void Says_why_the_named_type_is_not_there()
    {
        var message = Assert.Throws<StageException>(() => FileChoice.Choose(Spec(new EvaluationSpec(), type: "q6_k"), Converted)).Message;

        Assert.Contains("rows of 100 values cannot be packed", message, StringComparison.Ordinal);
        Assert.Contains("f16, q8_0, q4_k_m", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_the_figures_when_no_file_passes()
    {
        var message = Assert.Throws<StageException>(() => FileChoice.Choose(Spec(new EvaluationSpec { MinTaught = 0.99 }), Converted)).Message;

        Assert.Contains("f16 (taught 0.95, general 0.97)", message, StringComparison.Ordinal);
    }

    private static JobSpec Spec(EvaluationSpec evaluation, string? type = null) =>
        new() { Model = "/m", Dataset = "/d", Evaluation = evaluation, Deploy = new DeploySpec { Type = type } };

    private static GgufOutput File(string type, long bytes, double taught, double general) => new(type, $"ada-{type}.gguf", Reference(bytes))
    {
        Accuracy = new Dictionary<string, double> { ["taught"] = taught, ["general"] = general },
    };

    private static ArtifactReference Reference(long bytes) => new(new string('a', 64), bytes);
}
