using System.Text.RegularExpressions;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.JobFiles;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>The process that holds everything is killed at the worst moments; the next one over the same folder must finish the job, and do nothing twice.</summary>
public sealed class KilledStandaloneTests
{
    /// <summary>Of both jobs.</summary>
    private const int Steps = 120;

    private static JobSpec Job => new()
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

    private static JobSpec DemoJob =>
        JobPaths.Resolve(JobFile.ReadYaml(File.ReadAllText(SmallJob.InRepository("examples", "demo", "job.yaml"))), SmallJob.InRepository("examples", "demo"));

    [Theory]
    [InlineData("train")]
    [InlineData("queued", "validate", "fetch", "prepare", "train", "train", "train", "evaluate", "evaluate", "convert", "convert")]
    public async Task A_job_goes_on_where_the_killed_process_left_it(params string[] moments)
    {
        await using var standalone = new MortalStandalone();
        await standalone.StartAsync();
        var jobId = await standalone.Gateway.SubmitAsync(Job);
        var step = 0;
        foreach (var moment in moments)
        {
            step = await WaitForAsync(standalone, jobId, moment, step);
            await standalone.KillAsync();
            await standalone.StartAsync();
        }

        var job = await standalone.Gateway.EndAsync(jobId);
        Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{standalone.Said}");
        await AssertNothingTwiceAsync(standalone, jobId);
    }

    [Fact]
    public async Task The_demos_job_killed_at_twenty_random_moments_goes_on_each_time_and_its_provenance_tells_of_it()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var standalone = new MortalStandalone();
        await standalone.StartAsync();
        var jobs = new List<string> { await standalone.Gateway.SubmitAsync(DemoJob) };
        for (var kills = 0; kills < 20; kills++)
        {
            // Longer than most stages take: some kills hit between two, some in the start itself.
            await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 3));
            await standalone.KillAsync();
            await standalone.StartAsync();
            if ((await standalone.Gateway.ShowAsync(jobs[^1])).State == JobState.Succeeded)
            {
                jobs.Add(await standalone.Gateway.SubmitAsync(DemoJob));
            }
        }

        foreach (var jobId in jobs)
        {
            var job = await standalone.Gateway.EndAsync(jobId);
            Assert.True(job.State == JobState.Succeeded, $"seed {seed}: {job.Failure}\n{standalone.Said}");
            await AssertNothingTwiceAsync(standalone, jobId);
        }

        var provenance = await standalone.Gateway.ResultJsonAsync(jobs[0], "provenance.json");
        Assert.Contains(provenance.GetProperty("history").EnumerateArray(), moment => moment.GetProperty("what").GetString() == "resumed");
    }

    /// <summary>A kill right after the answer, one a moment later, and one while the job rests.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    [InlineData(null)]
    public async Task A_pause_that_was_answered_is_kept_whenever_the_process_is_killed(int? milliseconds)
    {
        await using var standalone = new MortalStandalone();
        await standalone.StartAsync();
        var jobId = await standalone.Gateway.SubmitAsync(Job);
        await standalone.Gateway.UntilAsync(jobId, view => view.Progress?.Step > 30, "progress");
        using (var answer = await standalone.Gateway.PauseAsync(jobId))
        {
            Assert.True(answer.IsSuccessStatusCode);
        }

        if (milliseconds is { } wait)
        {
            await Task.Delay(wait);
        }
        else
        {
            await standalone.Gateway.UntilAsync(jobId, view => view.State == JobState.Paused, "a rest");
        }

        await standalone.KillAsync();
        await standalone.StartAsync();
        var paused = await standalone.Gateway.UntilAsync(jobId, view => view.State is JobState.Paused or JobState.Failed or JobState.Succeeded, "a rest");
        Assert.True(paused.State == JobState.Paused, $"{paused}\n{standalone.Said}");
        using (await standalone.Gateway.ResumeAsync(jobId))
        {
            var job = await standalone.Gateway.EndAsync(jobId);
            Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{standalone.Said}");
        }

        var told = (await standalone.Gateway.HistoryAsync(jobId)).Where(stored => stored.Type == "progress").Select(stored => stored.Data.GetProperty("step").GetInt32()).ToList();
        Assert.Equal(Steps, told[^1]);
    }

    private static async Task<int> WaitForAsync(MortalStandalone standalone, string jobId, string moment, int afterStep)
    {
        if (moment == "queued")
        {
            return 0;
        }

        // A stage that passed while we looked is as good a moment; in training, the kill comes after another checkpoint.
        var stage = Enum.Parse<Stage>(moment, ignoreCase: true);
        var job = await standalone.Gateway.UntilAsync(
            jobId,
            view => view.State == JobState.Succeeded || view.Stage > stage || (view.Stage == stage && (stage != Stage.Train || view.Progress?.Step > afterStep + 12)),
            moment);
        return job.Progress?.Step ?? 0;
    }

    private static async Task AssertNothingTwiceAsync(MortalStandalone standalone, string jobId)
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
