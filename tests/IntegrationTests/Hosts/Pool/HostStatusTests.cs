using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>Hosts of which a status command tells what their provider says: here a file.</summary>
public sealed class HostStatusTests : IDisposable
{
    private readonly TemporaryFolder _provider = new();

    private string StatusCommand => $"cat '{_provider.At("status")}'";

    public void Dispose() => _provider.Dispose();

    [Fact]
    public async Task A_host_that_is_gone_is_replaced_long_before_silence_would_say_so_and_costs_nothing_from_then_on()
    {
        Say("running");
        await using var home = await PoolHome.StartAsync(new Dictionary<string, string> { ["Pool__LostAfter"] = "01:00:00" });
        var first = await home.AddAsync("first", "--price", "1", "--status-command", StatusCommand);
        Assert.Contains("by command", await home.FinetuneAsync("hosts"), StringComparison.Ordinal);
        Assert.Contains("fit       status command running", await home.FinetuneAsync("hosts", "test", "first"), StringComparison.Ordinal);
        await home.AddAsync("second", "--price", "2");
        var jobId = await home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)));
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");

        Say("gone");
        await first.TakeAsync();
        var job = await home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await home.Gateway.HistoryAsync(jobId);
        Assert.Contains(history, stored => stored.Change?.Message.Contains("is gone, as its status command says", StringComparison.Ordinal) == true);
        Assert.Contains(history, stored => stored.Change?.Message.StartsWith("Training goes on from step ", StringComparison.Ordinal) == true);

        // Nobody could clean it, and its lease has ended by the provider's word.
        var gone = await home.HostAsync("first", host => host.State == HostState.Free);
        Assert.Contains("It is gone, as its status command says.", gone.Fault, StringComparison.Ordinal);
        Assert.True(gone.HasStatusCommand);
        var cost = (await home.Gateway.UntilAsync(jobId, job => job.Cost is { Held: 0 }, "what it cost")).Cost!;
        Assert.Equal([("first", true), ("second", true)], cost.Hosts.Select(host => (host.HostName, host.IsReleased)));

        // It was not, or was put back: what the lease left there goes.
        Assert.NotEmpty(first.Leftovers());
        await first.ReturnAsync();
        await GatewayCalls.UntilAsync(() => Task.FromResult(first.Leftovers().Count == 0), () => "a clean disk, which holds " + string.Join(", ", first.Leftovers()));
    }

    [Fact]
    public async Task A_host_that_runs_and_cannot_be_reached_is_waited_for_longer_than_another_and_its_job_goes_on_there()
    {
        Say("running");
        await using var home = await PoolHome.StartAsync();
        var host = await home.AddAsync("gpu-1", "--status-command", StatusCommand);
        await home.AddAsync("gpu-2");
        await home.FinetuneAsync("hosts", "update", "gpu-2", "--price", "3");
        var jobId = await home.Gateway.SubmitAsync(PoolHome.OnHost(SmallJob.Long(steps: 60, saveSteps: 10)));
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");

        host.CutOff();
        await home.HostAsync("gpu-1", view => view.Fault?.Contains("says that it runs", StringComparison.Ordinal) == true);

        // Twice the time after which it would be lost.
        await Task.Delay(TimeSpan.FromSeconds(12));
        var silent = await home.HostAsync("gpu-1", view => view.Fault is not null);
        Assert.Equal(HostState.InUse, silent.State);
        await host.ReturnAsync();
        var job = await home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await home.Gateway.HistoryAsync(jobId);
        Assert.All(history.Where(stored => stored.Type == "checkpoint"), stored => Assert.Equal(1, stored.Data.GetProperty("attempt").GetInt32()));
        Assert.DoesNotContain(history, stored => stored.Change is { Stage: Stage.Provision, Attempt: > 1 });
        await home.HostAsync("gpu-1", view => view is { State: HostState.Free, Fault: null });

        await home.FinetuneAsync("hosts", "update", "gpu-1", "--status-command", "");
        await home.HostAsync("gpu-1", view => !view.HasStatusCommand);
        home.AssertNowhere(_provider.Path);
    }

    [Fact]
    public async Task A_test_fails_where_the_command_asks_for_another_computer()
    {
        Say("stopped");
        await using var home = await PoolHome.StartAsync();
        await home.AddAsync("gpu-1", "--status-command", StatusCommand);

        var (code, report) = await home.TryFinetuneAsync("hosts", "test", "gpu-1");

        Assert.Equal(1, code);
        Assert.Contains("says stopped, and the host has just answered", report, StringComparison.Ordinal);
    }

    /// <summary>What the provider says from now on.</summary>
    private void Say(string word) => File.WriteAllText(_provider.At("status"), word + "\n");
}
