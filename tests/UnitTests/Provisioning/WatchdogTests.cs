using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Money;
using FineTunePipeline.Provisioning.Pool;
using FineTunePipeline.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning;

/// <summary>What is known, decided and charged of hosts that stop themselves. What they do is tested over a real server.</summary>
public sealed class WatchdogTests : IAsyncLifetime
{
    private static readonly TimeSpan Tick = new MoneyOptions().Tick;

    private readonly PoolBench _bench = new();

    private DateTimeOffset Now => _bench.Time.GetUtcNow();

    private WatchdogTable Table => _bench.Services.GetRequiredService<WatchdogTable>();

    private LeaseTable Leases => _bench.Services.GetRequiredService<LeaseTable>();

    private MoneyWatch Money => _bench.Services.GetServices<IHostedService>().OfType<MoneyWatch>().Single();

    public async ValueTask InitializeAsync() => await _bench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(null, null, HostRow.Keep, nameof(WatchdogStep.Start))]
    [InlineData(RunState.Running, null, HostRow.Keep, nameof(WatchdogStep.Nothing))]
    [InlineData(RunState.Running, null, HostRow.ShutDown, nameof(WatchdogStep.Start))]
    [InlineData(RunState.Vanished, null, HostRow.Keep, nameof(WatchdogStep.Start))]
    [InlineData(RunState.None, null, HostRow.Keep, nameof(WatchdogStep.Start))]
    [InlineData(RunState.Exited, 137, HostRow.Keep, nameof(WatchdogStep.Start))]
    [InlineData(RunState.Exited, 0, HostRow.Keep, nameof(WatchdogStep.Forget))]
    public void A_host_gets_another_watchdog_when_it_lost_its_own_or_shall_do_something_else(RunState? state, int? exitCode, string wanted, string step)
    {
        var lease = Armed(HostRow.Keep);

        Assert.Equal(step, Next(lease, state, exitCode, wanted).ToString());
    }

    [Fact]
    public void A_watchdog_that_is_about_to_be_started_has_time_for_it_and_no_more()
    {
        var lease = Armed(HostRow.Keep);
        (lease.StopsAt, lease.StopsWith, lease.WatchdogAt) = (null, null, Now);
        Assert.Equal(WatchdogStep.Nothing, Next(lease, RunState.None));
        Assert.Equal(WatchdogStep.Nothing, Next(lease, RunState.Running));

        lease.WatchdogAt = Now - WatchdogSteps.StartLimit;
        Assert.Equal(WatchdogStep.Start, Next(lease, RunState.None));

        // Whether it would do what its owner wants now, nobody noted.
        Assert.Equal(WatchdogStep.Start, Next(lease, RunState.Running));

        // The clock was set back.
        lease.WatchdogAt = Now.AddHours(1);
        Assert.Equal(WatchdogStep.Start, Next(lease, RunState.None));
    }

    [Fact]
    public void A_watchdog_that_would_come_too_early_is_replaced()
    {
        var lease = Armed(HostRow.Keep);

        Assert.Equal(
            WatchdogStep.Start, WatchdogSteps.Next(lease, new RunLook { State = RunState.Running }, lease.StopsAt!.Value, HostRow.Keep, Now, isEarly: true));
    }

    [Theory]
    [InlineData(nameof(LeaseState.Releasing))]
    [InlineData(nameof(LeaseState.Released))]
    [InlineData(nameof(LeaseState.LostUnconfirmed))]
    public void A_lease_that_is_on_its_way_out_gets_none(string state)
    {
        var lease = Armed(HostRow.Keep);
        lease.State = Enum.Parse<LeaseState>(state);

        Assert.Equal(WatchdogStep.Nothing, Next(lease, RunState.Vanished));
    }

    [Fact]
    public void After_the_job_s_time_no_watchdog_is_started()
    {
        var lease = Armed(HostRow.Keep);
        _bench.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(WatchdogStep.Nothing, WatchdogSteps.Next(lease, new RunLook { State = RunState.Vanished }, lease.StopsAt!.Value, HostRow.Keep, Now));
        Assert.Equal(WatchdogStep.Nothing, WatchdogSteps.Next(lease, null, lease.StopsAt!.Value, HostRow.Keep, Now));
    }

    [Fact]
    public async Task Of_many_who_want_to_start_the_next_watchdog_one_does_and_none_for_a_lease_that_is_released()
    {
        await _bench.MoveInAsync("a", "lease");
        var lease = (await Leases.FindAsync("lease", default))!;

        var began = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Table.BeginAsync(lease, Now, default))));

        Assert.Single(began, true);
        lease = (await Leases.FindAsync("lease", default))!;
        Assert.Equal((1, null), (lease.Watchdog, lease.StopsAt));
        await Leases.BeginReleaseAsync("lease", Stage.Release, await _bench.ClaimAsync(Stage.Release), default);
        Assert.False(await Table.BeginAsync(lease, Now, default));
    }

    [Fact]
    public async Task A_new_watchdog_is_counted_on_only_once_it_runs_and_an_older_one_no_longer()
    {
        await ArmAsync(HostRow.ShutDown);
        Assert.True(await Table.BeginAsync((await Leases.FindAsync("lease", default))!, Now, default));
        Assert.Null((await Leases.FindAsync("lease", default))!.OffAt);

        await Table.BegunAsync("lease", 1, Now, HostRow.ShutDown, default);
        Assert.Null((await Leases.FindAsync("lease", default))!.OffAt);

        await Table.BegunAsync("lease", 2, Now, HostRow.ShutDown, default);
        Assert.Equal(Now, (await Leases.FindAsync("lease", default))!.OffAt);
        await Table.EndedAsync("lease", 2, default);
        Assert.Null((await Leases.FindAsync("lease", default))!.OffAt);
    }

    [Fact]
    public async Task A_host_that_powered_itself_off_costs_nothing_from_then_on()
    {
        await ArmAsync(HostRow.ShutDown, after: Tick * 2.5);
        _bench.Time.Advance(Tick * 9);

        Assert.Equal(2, await Money.LookAsync(default));
        Assert.Equal(0, await Money.LookAsync(default));

        Assert.Equal(2.5m, await ReleaseAsync());
    }

    [Fact]
    public async Task A_host_that_answered_after_its_deadline_is_paid_until_then()
    {
        await ArmAsync(HostRow.ShutDown, after: Tick * 2.5);
        _bench.Time.Advance(Tick * 3);
        await Table.AnsweredAsync("lease", Now, default);
        _bench.Time.Advance(Tick * 6);

        Assert.Equal(3, await Money.LookAsync(default));

        Assert.Equal(3m, await ReleaseAsync());
    }

    [Fact]
    public async Task A_host_that_did_not_succeed_in_powering_itself_off_is_paid_until_its_release()
    {
        await ArmAsync(HostRow.ShutDown, after: Tick * 2.5);
        _bench.Time.Advance(Tick * 9);
        await Money.LookAsync(default);
        await Table.AnsweredAsync("lease", Now, default);

        Assert.Equal(7, await Money.LookAsync(default));

        Assert.Equal(9m, await ReleaseAsync());
    }

    [Fact]
    public async Task A_host_that_stays_on_is_paid_until_its_release()
    {
        await ArmAsync(HostRow.Keep, after: Tick * 2.5);
        _bench.Time.Advance(Tick * 9);

        Assert.Equal(9, await Money.LookAsync(default));

        Assert.Equal(9m, await ReleaseAsync());
    }

    [Fact]
    public async Task A_lease_that_ends_before_its_deadline_is_paid_until_its_end()
    {
        await ArmAsync(HostRow.ShutDown, after: Tick * 2.5);
        _bench.Time.Advance(Tick * 1.5);
        await Money.LookAsync(default);

        Assert.Equal(1.5m, await ReleaseAsync());
    }

    [Fact]
    public async Task A_host_that_fell_silent_before_its_time_may_have_been_started_anew_and_is_paid_until_its_release()
    {
        await ArmAsync(HostRow.ShutDown, after: Tick * 2.5);
        _bench.Time.Advance(Tick);
        await Watchdogs.SilentAsync(Host, Now, default);
        _bench.Time.Advance(Tick * 8);

        Assert.Null(await Watchdogs.OffAsync("lease", default));
        Assert.Equal(9, await Money.LookAsync(default));
        Assert.Equal(9m, await ReleaseAsync());
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(60)]
    public async Task A_host_that_fell_silent_when_its_time_was_up_is_off(int seconds)
    {
        await ArmAsync(HostRow.ShutDown, after: Tick * 2.5);
        _bench.Time.Advance(Tick * 2.5 + TimeSpan.FromSeconds(seconds));
        await Watchdogs.SilentAsync(Host, Now, default);
        _bench.Time.Advance(Tick * 6);

        Assert.NotNull(await Watchdogs.OffAsync("lease", default));
        await Money.LookAsync(default);
        Assert.Equal(2.5m, await ReleaseAsync());
    }

    [Fact]
    public async Task One_probe_without_an_answer_is_enough_to_count_on_no_watchdog_and_the_next_one_is_started_when_the_host_answers()
    {
        await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", Address = $"root@127.0.0.1:{FreePort.Find()}" }, default));
        await _bench.MoveInAsync("a", "lease");
        await Table.BeginAsync((await Leases.FindAsync("lease", default))!, Now, default);
        await Table.BegunAsync("lease", 1, Now.AddHours(1), HostRow.ShutDown, default);

        await _bench.Services.GetServices<IHostedService>().OfType<PoolWatch>().Single().LookAsync(default);

        var lease = (await Leases.FindAsync("lease", default))!;
        Assert.Equal((1, null, null), (lease.Watchdog, lease.StopsAt, lease.StopsWith));
        _bench.Time.Advance(WatchdogSteps.StartLimit);
        Assert.Equal(WatchdogStep.Start, Next(lease, RunState.Running, wanted: HostRow.ShutDown));
    }

    private Watchdogs Watchdogs => _bench.Services.GetRequiredService<Watchdogs>();

    private static HostRow Host => new() { Name = "a", Address = "root@a.example:22", LeaseId = "lease" };

    private LeaseRow Armed(string stopsWith)
    {
        var lease = _bench.Lease("lease", price: 10);
        (lease.State, lease.Watchdog, lease.WatchdogAt, lease.StopsAt, lease.StopsWith) = (LeaseState.Active, 1, Now, Now.AddHours(1), stopsWith);
        return lease;
    }

    private WatchdogStep Next(LeaseRow lease, RunState? state, int? exitCode = null, string wanted = HostRow.Keep) =>
        WatchdogSteps.Next(lease, state is { } known ? new RunLook { State = known, ExitCode = exitCode } : null, Now.AddHours(1), wanted, Now);

    /// <summary>A lease of 10 an hour, which is 1 a tick, on a host that stops itself.</summary>
    private async Task ArmAsync(string stopsWith, TimeSpan after = default)
    {
        await Leases.RequestAsync(_bench.Lease("lease", price: 10), Tick, await _bench.ClaimAsync(Stage.Provision), default);
        await Table.BeginAsync((await Leases.FindAsync("lease", default))!, Now, default);
        await Table.BegunAsync("lease", 1, Now + after, stopsWith, default);
    }

    private async Task<decimal> ReleaseAsync() =>
        await Leases.EndReleaseAsync("lease", hadHost: true, Stage.Release, await _bench.ClaimAsync(Stage.Release), Now, default);
}
