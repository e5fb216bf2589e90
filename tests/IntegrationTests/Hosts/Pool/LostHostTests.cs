using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>Hosts that are taken in the middle, cut off, started anew: the job goes on, there or elsewhere.</summary>
public sealed class LostHostTests : PoolTests
{
    [Fact]
    public async Task A_job_whose_host_is_taken_goes_on_on_the_next_from_its_last_checkpoint()
    {
        var first = await Home.AddAsync("first", "--price", "1");
        var second = await Home.AddAsync("second", "--price", "2");
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)));
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");

        await first.TakeAsync();
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await Home.Gateway.HistoryAsync(jobId);
        var committed = history.Where(stored => stored.Type == "checkpoint" && stored.Data.GetProperty("attempt").GetInt32() == 1)
            .Max(stored => stored.Data.GetProperty("step").GetInt32());
        Assert.Contains(history, stored => stored.Change?.Message == $"Training goes on from step {committed}");
        await Home.HostAsync("second", host => host.State == HostState.Free);
        Assert.Empty(second.Leftovers());
        var lost = await Home.HostAsync("first", host => host.State == HostState.Lost);
        Assert.Contains("no sign of life", lost.Fault, StringComparison.Ordinal);

        // It was gone with our files; when it answers again it is cleaned and free.
        Assert.NotEmpty(first.Leftovers());
        await first.ReturnAsync();
        await Home.HostAsync("first", host => host.State == HostState.Free);
        Assert.Empty(first.Leftovers());
    }

    [Fact]
    public async Task A_job_that_was_only_cut_off_goes_on_where_it_is()
    {
        var host = await Home.AddAsync("gpu-1");
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)));
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");
        var trainer = Assert.Single(host.Processes(), process => process.Is("finetune-trainer", "train"));

        host.CutOff();
        await Home.HostAsync("gpu-1", view => view.Fault is not null);
        await host.ReturnAsync();
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await Home.Gateway.HistoryAsync(jobId);
        Assert.All(history.Where(stored => stored.Type == "checkpoint"), stored => Assert.Equal(1, stored.Data.GetProperty("attempt").GetInt32()));
        Assert.DoesNotContain(host.Processes(), process => process.Pid == trainer.Pid);
    }

    [Fact]
    public async Task Without_another_host_the_job_waits_for_its_person_and_goes_on_after_an_update()
    {
        var host = await Home.AddAsync("only", "--price", "2");
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)));
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");

        await host.TakeAsync();
        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains($"finetune hosts update {jobId} ", waiting.Message, StringComparison.Ordinal);
        var cost = waiting.Cost!;
        Assert.Equal((0m, 0.2m), (cost.Charged, cost.Held));
        Assert.Equal([("only", false)], cost.Hosts.Select(one => (one.HostName, one.IsReleased)));

        var next = await Home.RentAsync();
        await Home.FinetuneAsync("hosts", "update", jobId, next.SshCommand, "--folder", next.Folder);
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var view = await Home.HostAsync("only", view => view.State == HostState.Free);
        Assert.Equal((next.Address, next.Fingerprint), (view.Address, view.HostKey));
        Assert.Empty(next.Leftovers());
    }

    [Fact]
    public async Task A_job_whose_host_was_started_anew_goes_on_there_from_its_last_checkpoint()
    {
        var host = await Home.AddAsync("gpu-1");
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)));
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");

        await host.TakeAsync();
        await host.ReturnAsync();
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await Home.Gateway.HistoryAsync(jobId);
        Assert.Contains(history, stored => stored.Change?.Message.StartsWith("Training goes on from step ", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(history, stored => stored.Change is { Stage: Contracts.Stages.Stage.Provision, Attempt: > 1 });
    }

    [Fact]
    public async Task A_host_that_comes_back_with_its_disk_at_another_address_is_cleaned_of_the_lease_before()
    {
        var host = await Home.AddAsync("gpu-1");
        var jobId = await Home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)));
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");

        // The pool's row names the same folder still, which here is the same disk.
        await host.TakeAsync();
        Assert.NotEmpty(host.Leftovers());
        var again = await Home.RentAsync();
        await Home.FinetuneAsync("hosts", "update", "gpu-1", again.SshCommand);
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        await GatewayCalls.UntilAsync(() => Task.FromResult(host.Leftovers().Count == 0), () => "a clean disk, which holds " + string.Join(", ", host.Leftovers()));
        Assert.Empty(host.Processes());
    }
}
