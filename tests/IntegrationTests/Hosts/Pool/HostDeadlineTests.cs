using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>Rented hosts at their job's deadline, with nobody there to release them.</summary>
public sealed class HostDeadlineTests : IAsyncLifetime
{
    private const decimal Price = 36;

    /// <summary>Where other work keeps this computer busy, the jobs may not get to training in the first.</summary>
    private static readonly TimeSpan[] Deadlines = [TimeSpan.FromSeconds(36), TimeSpan.FromSeconds(72), TimeSpan.FromSeconds(144), TimeSpan.FromSeconds(288)];

    /// <summary>From the last look at the living control plane to its end.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(10);

    private PoolHome _home = null!;

    public async ValueTask InitializeAsync() => _home = await PoolHome.StartAsync(new Dictionary<string, string>
    {
        ["Pool__WatchdogMargin"] = Margin.ToString(),
        ["Money__Tick"] = Tick.ToString(),
    });

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task Hosts_stop_themselves_when_the_control_plane_is_dead_and_are_charged_as_they_say_themselves()
    {
        var hosts = new Dictionary<string, RentedHost>();
        foreach (var name in (string[])["off-1", "off-2", "off-3", "keep-1", "keep-2"])
        {
            hosts[name] = await _home.AddAsync(name, "--price", "36");
        }

        var jobs = await TrainAsync(hosts);
        foreach (var id in jobs)
        {
            // Five chose at once, and each found one that was free.
            Assert.DoesNotContain(await _home.Gateway.HistoryAsync(id), stored => stored.Change?.Message.StartsWith("Taking a host failed", StringComparison.Ordinal) == true);
        }

        var used = (await _home.Gateway.HostsAsync()).ToDictionary(host => host.JobId!, host => host.Name);
        Assert.All(hosts.Values, host => Assert.Single(host.Processes(), process => process.Is("finetune-trainer", "train")));
        var movedIn = hosts.ToDictionary(host => host.Key, host => host.Value.MovedInAt()!.Value);

        await _home.KillProgramAsync();
        await GatewayCalls.UntilAsync(() => Task.FromResult(hosts.Values.All(host => host.Processes().Count == 0)), () => "the end of all that ran on the hosts");
        Assert.All(hosts, host => Assert.Equal(IsOff(host.Key) ? 1 : 0, host.Value.Journal().Count));

        await _home.StartProgramAsync();
        var gone = await Task.WhenAll(hosts.Where(host => !IsOff(host.Key)).Select(async host => (host.Key, At: await LeftAsync(host.Value))));
        foreach (var id in jobs)
        {
            var ended = await _home.Gateway.EndAsync(id);
            Assert.Equal((JobState.Failed, FailureKind.Budget), (ended.State, ended.Failure!.Kind));
            var view = await _home.HostAsync(used[id], host => host.State == HostState.Free);
            Assert.Equal(IsOff(view.Name), view.Fault?.Contains("power itself off", StringComparison.Ordinal) == true);

            await _home.Gateway.UntilAsync(id, job => job.Cost is { Held: 0 }, "what it cost");
            var cost = JsonElement.Parse(await _home.FinetuneAsync("cost", id, "--json")).Deserialize<CostView>(ContractJson.Options)!;
            var (from, to) = IsOff(view.Name) ? Assert.Single(hosts[view.Name].Journal()) : (movedIn[view.Name], gone.Single(host => host.Key == view.Name).At);
            TestContext.Current.SendDiagnosticMessage($"{view.Name}: {cost.Charged} charged, {Cost(to - from)} by its journal; {(to - from).TotalSeconds:0.0} s");
            Assert.InRange(cost.Charged, Cost(to - from - Tick), Cost(to - from + Tick));
        }

        Assert.Equal(0, await _home.CountAsync("provisioning", "SELECT count(*) FROM leases WHERE State <> 'Released'"));
        Assert.All(hosts.Values, host => Assert.Empty(host.Processes()));
    }

    /// <summary>The jobs, once all of them train, with time left, and each host was told what to do at its deadline.</summary>
    private async Task<IReadOnlyList<string>> TrainAsync(Dictionary<string, RentedHost> hosts)
    {
        foreach (var deadline in Deadlines)
        {
            var end = TimeProvider.System.GetUtcNow() + deadline - Reserve;
            var job = PoolHome.OnHost(SmallJob.Long(steps: 100_000, saveSteps: 100)) with { Budget = new BudgetSpec { HourlyPriceCap = Price, Deadline = deadline } };
            var jobs = await Task.WhenAll(hosts.Select(_ => _home.Gateway.SubmitAsync(job)));
            if (await InTimeAsync(async () => (await Task.WhenAll(jobs.Select(_home.Gateway.ShowAsync))).All(job => job.Progress is not null)))
            {
                // Said while they train: the watchdogs that know nothing of it are replaced.
                await Task.WhenAll(hosts.Where(host => IsOff(host.Key)).Select(host => _home.Gateway.ChangeHostAsync(host.Key, new { on_release = host.Value.PowerOffLine })));
                if (await InTimeAsync(async () => await ArmedAsync("<>") == 3 && await ArmedAsync("=") == 2))
                {
                    TestContext.Current.SendDiagnosticMessage($"deadline {deadline}");
                    return jobs;
                }

                await Task.WhenAll(hosts.Keys.Where(IsOff).Select(name => _home.Gateway.ChangeHostAsync(name, new { on_release = "keep" })));
            }

            await Task.WhenAll(jobs.Select(_home.Gateway.EndAsync));
            await Task.WhenAll(hosts.Keys.Select(name => _home.HostAsync(name, host => host.State == HostState.Free)));

            async Task<bool> InTimeAsync(Func<Task<bool>> done)
            {
                var isDone = false;
                await GatewayCalls.UntilAsync(async () => (isDone = await done()) || TimeProvider.System.GetUtcNow() > end, () => "its training");
                return isDone && TimeProvider.System.GetUtcNow() < end;
            }
        }

        throw new InvalidOperationException("Five jobs did not get to training in time.");
    }

    private Task<long> ArmedAsync(string keep) => _home.CountAsync("provisioning", $"SELECT count(*) FROM leases WHERE State = 'Active' AND StopsWith {keep} 'keep'");

    private static bool IsOff(string host) => host.StartsWith("off", StringComparison.Ordinal);

    private static decimal Cost(TimeSpan time) => Price * (decimal)time.TotalHours;

    private static async Task<DateTimeOffset> LeftAsync(RentedHost host)
    {
        await GatewayCalls.UntilAsync(() => Task.FromResult(host.MovedInAt() is null), () => "the release of a host that stays on");
        return TimeProvider.System.GetUtcNow();
    }
}
