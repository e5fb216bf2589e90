using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>The process that holds everything is killed at the worst moments; the next one over the same folder must finish the job, and do nothing twice.</summary>
public sealed class KilledStandaloneTests
{
    [Theory]
    [InlineData("train")]
    [InlineData("queued", "validate", "fetch", "prepare", "train", "train", "train", "evaluate", "evaluate", "convert", "convert")]
    public async Task A_job_goes_on_where_the_killed_process_left_it(params string[] moments)
    {
        await using var standalone = new MortalStandalone();
        await standalone.StartAsync();
        var jobId = await standalone.Gateway.SubmitAsync(MortalJob.Small);
        var step = 0;
        foreach (var moment in moments)
        {
            step = await WaitForAsync(standalone, jobId, moment, step);
            await standalone.KillAsync();
            await standalone.StartAsync();
        }

        var job = await standalone.Gateway.EndAsync(jobId);
        Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{standalone.Said}");
        await MortalJob.AssertNothingTwiceAsync(standalone, jobId);
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
}
