using FineTunePipeline.Contracts.Jobs;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>The process is killed while a job is paused.</summary>
public sealed class KilledPauseTests
{
    /// <summary>A kill right after the answer, one a moment later, and one while the job rests.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    [InlineData(null)]
    public async Task A_pause_that_was_answered_is_kept_whenever_the_process_is_killed(int? milliseconds)
    {
        await using var standalone = new MortalStandalone();
        await standalone.StartAsync();
        var jobId = await standalone.Gateway.SubmitAsync(MortalJob.Small);
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
        Assert.Equal(MortalJob.Steps, told[^1]);
    }
}
