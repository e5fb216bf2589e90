using FineTunePipeline.Contracts.Jobs;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>The process of the demo's job is killed at random moments; the next one over the same folder must finish the job, and do nothing twice.</summary>
public sealed class KilledDemoTests
{
    [Fact]
    public async Task The_demos_job_killed_at_twenty_random_moments_goes_on_each_time_and_its_provenance_tells_of_it()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var standalone = new MortalStandalone();
        await standalone.StartAsync();
        var jobs = new List<string> { await standalone.Gateway.SubmitAsync(MortalJob.Demo) };
        for (var kills = 0; kills < 20; kills++)
        {
            // Longer than most stages take: some kills hit between two, some in the start itself.
            await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 3));
            await standalone.KillAsync();
            await standalone.StartAsync();
            if ((await standalone.Gateway.ShowAsync(jobs[^1])).State == JobState.Succeeded)
            {
                jobs.Add(await standalone.Gateway.SubmitAsync(MortalJob.Demo));
            }
        }

        foreach (var jobId in jobs)
        {
            var job = await standalone.Gateway.EndAsync(jobId);
            Assert.True(job.State == JobState.Succeeded, $"seed {seed}: {job.Failure}\n{standalone.Said}");
            await MortalJob.AssertNothingTwiceAsync(standalone, jobId);
        }

        var provenance = await standalone.Gateway.ResultJsonAsync(jobs[0], "provenance.json");
        Assert.Contains(provenance.GetProperty("history").EnumerateArray(), moment => moment.GetProperty("what").GetString() == "resumed");
    }
}
