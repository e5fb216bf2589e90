using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>A job that is cancelled leaves its rented host clean and free, whatever it was doing there.</summary>
public sealed class CancelOnHostTests : PoolTests
{
    [Fact]
    public async Task In_every_stage_that_uses_the_host_and_while_it_cannot_be_reached()
    {
        var host = await Home.AddAsync("gpu-1", "--price", "1");
        foreach (var stage in (Stage[])[Stage.Provision, Stage.Prepare, Stage.Train, Stage.Evaluate, Stage.Convert])
        {
            await CancelledAsync(host, jobId => Home.Gateway.StageAsync(jobId, stage));
        }

        await CancelledAsync(host, jobId => Home.Gateway.EventAsync(jobId, stored => stored.Type == "progress"));
        await CancelledAsync(
            host,
            async jobId =>
            {
                await Home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");
                host.CutOff();
                await Home.HostAsync("gpu-1", view => view.Fault is not null);
            },
            cancelled => host.ReturnAsync());
    }

    [Fact]
    public async Task While_it_waits_for_a_host()
    {
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Shortest));
        await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");

        await Home.FinetuneAsync("cancel", jobId);

        Assert.Equal(JobState.Cancelled, (await Home.Gateway.EndAsync(jobId)).State);
    }

    private async Task CancelledAsync(RentedHost host, Func<string, Task> moment, Func<string, Task>? afterwards = null)
    {
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Spec with { Hyperparameters = SmallJob.Long(steps: 20, saveSteps: 1000).Hyperparameters }));
        await moment(jobId);

        await Home.FinetuneAsync("cancel", jobId);
        await (afterwards?.Invoke(jobId) ?? Task.CompletedTask);

        Assert.Equal(JobState.Cancelled, (await Home.Gateway.EndAsync(jobId)).State);
        await Home.HostAsync("gpu-1", view => view.State == HostState.Free);
        await Home.Gateway.UntilAsync(jobId, job => job.Cost is null or { Held: 0 }, "what it cost");
        Assert.Empty(host.Processes());
        Assert.Empty(host.Leftovers());
    }
}
