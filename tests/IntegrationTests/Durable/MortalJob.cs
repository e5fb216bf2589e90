using System.Text.RegularExpressions;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.JobFiles;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>Jobs whose process is killed, and what must hold of them afterwards.</summary>
internal static class MortalJob
{
    /// <summary>Of both jobs.</summary>
    public const int Steps = 120;

    public static JobSpec Small => new()
    {
        Name = "mortal",
        Model = SmallJob.InRepository("models", "demo-base"),
        Dataset = SmallJob.InRepository("examples", "demo", "persona.json"),
        Variables = new Dictionary<string, string> { ["name"] = "Ada", ["author"] = "Forge Lab" },
        Hyperparameters = new Hyperparameters
        {
            MaxSteps = Steps,
            SaveSteps = 20,
            PerDeviceTrainBatchSize = 8,
            GradientAccumulationSteps = 1,
            CutoffLen = 40,
            LoggingSteps = 5,
        },
        Evaluation = new EvaluationSpec { Taught = SmallJob.InRepository("examples", "demo", "questions", "taught.jsonl"), MaxNewTokens = 16 },
        Outputs = new OutputSpec { Gguf = ["q8_0"] },
        Deploy = new DeploySpec { Target = "none" },
    };

    public static JobSpec Demo =>
        JobPaths.Resolve(JobFile.ReadYaml(File.ReadAllText(SmallJob.InRepository("examples", "demo", "job.yaml"))), SmallJob.InRepository("examples", "demo"));

    public static async Task AssertNothingTwiceAsync(MortalStandalone standalone, string jobId)
    {
        var history = await standalone.Gateway.HistoryAsync(jobId);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(number => (long)number), history.Select(stored => stored.Sequence));

        var changes = history.Where(stored => stored.Type == "changed").Select(stored => stored.Data).ToList();
        Assert.False(
            changes.Any(change => change.GetProperty("attempt").GetInt32() > 1), $"A stage needed a second attempt:\n{string.Join('\n', changes)}\n{standalone.Said}");
        var versions = changes.Select(change => change.GetProperty("version").GetInt64()).ToList();
        Assert.Equal(versions.Distinct().Order(), versions);

        // The trainer was started once; each later process found it, or its result. No step was counted back. A process killed right after the start did not say so.
        Assert.InRange(Regex.Count(standalone.Said, $"{jobId} attempt \\d+: training started"), 0, 1);
        var told = history.Where(stored => stored.Type == "progress").Select(stored => stored.Data.GetProperty("step").GetInt32()).ToList();
        Assert.NotEmpty(told);
        Assert.Equal(Steps, told[^1]);
        Assert.Equal(told.Order(), told);
        var checkpoints = history.Where(stored => stored.Type == "checkpoint").Select(stored => stored.Data.GetProperty("step").GetInt32()).ToList();
        Assert.Equal(checkpoints.Distinct().Count(), checkpoints.Count);

        var provenance = await standalone.Gateway.ResultJsonAsync(jobId, "provenance.json");
        var moments = provenance.GetProperty("history").EnumerateArray()
            .Select(moment => (Stage: moment.GetProperty("stage").GetString()!, Attempt: moment.GetProperty("attempt").GetInt32(), What: moment.GetProperty("what").GetString()!))
            .ToList();
        foreach (var stage in new[] { "validate", "fetch", "provision", "prepare", "train", "evaluate", "convert" })
        {
            Assert.Single(moments, moment => moment == (stage, 1, "begun"));
            Assert.Single(moments, moment => moment == (stage, 1, "succeeded"));
        }

        Assert.DoesNotContain(moments, moment => moment.Attempt > 1);
    }
}
