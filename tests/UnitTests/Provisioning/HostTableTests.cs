using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Provisioning.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning;

public sealed class HostTableTests : IAsyncLifetime
{
    private readonly PoolBench _bench = new();

    public async ValueTask InitializeAsync() => await _bench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_host_is_one_lease_s_alone_also_when_many_want_it_at_once()
    {
        await _bench.AddAsync("a");

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => _bench.Hosts.TakeAsync("a", $"lease-{i}", $"job-{i}", default))));

        var mine = Assert.Single(taken, row => row is not null)!;
        Assert.Equal(mine.LeaseId, (await _bench.Hosts.FindAsync("a", default))!.LeaseId);
        Assert.NotNull(await _bench.Hosts.TakeAsync("a", mine.LeaseId!, mine.JobId!, default));
        Assert.Null(await _bench.Hosts.TakeAsync("a", "another", "another", default));
    }

    [Fact]
    public async Task A_lease_that_takes_a_host_has_not_moved_in_yet_whoever_was_there_before()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "first");
        await _bench.Hosts.LeaveAsync("first", default);

        var row = await _bench.Hosts.TakeAsync("a", "second", "ftjob-2", default);

        Assert.False(row!.IsMovedIn);
    }

    [Fact]
    public async Task A_host_tells_where_its_job_s_folder_is_as_long_as_the_job_has_it()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");
        var row = (await _bench.Hosts.FindAsync("a", default))!;
        Assert.Equal($"{row.SharedFolder}/lease/{row.JobId}", row.Change(DateTimeOffset.UnixEpoch).JobFolder);

        await _bench.Hosts.LoseAsync("a", "lease", "Silence.", default);

        Assert.Null((await _bench.Hosts.FindAsync("a", default))!.Change(DateTimeOffset.UnixEpoch).JobFolder);
    }

    [Fact]
    public async Task A_lost_host_is_no_longer_the_job_s_live_one_and_its_job_is_told_once()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");

        Assert.True(await _bench.Hosts.LoseAsync("a", "lease", "Silence.", default));
        Assert.False(await _bench.Hosts.LoseAsync("a", "lease", "Silence.", default));

        Assert.Equal(1, await _bench.ToldAsync<HostLost>());
        await using var database = _bench.Database();
        Assert.Equal(LeaseState.LostUnconfirmed, (await database.Leases.SingleAsync()).State);
        var row = await _bench.Hosts.FindAsync("a", default);
        Assert.Equal((HostState.Lost, "Silence.", "lease"), (row!.State, row.Fault, row.LeaseId));
        Assert.Null(await _bench.Hosts.TakeAsync("a", "another", "ftjob-2", default));
    }

    [Fact]
    public async Task A_host_that_was_left_is_free_and_those_who_wait_hear_of_it()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");
        await _bench.Hosts.LoseAsync("a", "lease", "Silence.", default);
        var told = await _bench.ToldAsync<HostFreed>();

        await _bench.Hosts.LeaveAsync("lease", default);

        Assert.Equal(HostState.Free, (await _bench.Hosts.FindAsync("a", default))!.State);
        Assert.Equal(told + 1, await _bench.ToldAsync<HostFreed>());
    }

    [Fact]
    public async Task A_host_that_is_shut_down_when_it_is_left_is_no_longer_waited_for()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");
        await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", OnRelease = HostRow.ShutDown }, default));

        await _bench.Hosts.LeaveAsync("lease", default);

        var row = await _bench.Hosts.FindAsync("a", default);
        Assert.Equal((HostState.Free, true), (row!.State, row.FailedAtMs is not null));
        Assert.Contains("finetune hosts update a", row.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_powered_itself_off_says_since_when_and_is_taken_last()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");
        await _bench.Hosts.LoseAsync("a", "lease", "Silence.", default);

        await _bench.Hosts.LeaveOffAsync("lease", new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero), HostRow.ShutDown, default);

        var row = await _bench.Hosts.FindAsync("a", default);
        Assert.Equal((HostState.Free, true), (row!.State, row.FailedAtMs is not null));
        Assert.Contains("power itself off (shutdown), and has not answered since 2026-01-02 03:04 UTC", row.Fault, StringComparison.Ordinal);
        Assert.Contains("finetune hosts update a", row.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_removed_in_use_goes_when_it_is_left()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");
        await _bench.EditAsync(edits => edits.RemoveAsync(new RemoveHost { HostName = "a" }, default));
        Assert.Equal(HostState.Removing, (await _bench.Hosts.FindAsync("a", default))!.State);

        await _bench.Hosts.LeaveAsync("lease", default);

        Assert.Empty(await _bench.Hosts.ListAsync(default));
    }

    [Fact]
    public async Task A_new_address_gives_up_the_lease_there_and_forgets_the_key()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");
        await _bench.Hosts.ChangeAsync("a", row => (row.HostKey = "SHA256:old") is not null, default);

        var events = await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", Address = "root@new.example:22" }, default));

        Assert.Equal("lease", Assert.Single(events.OfType<HostLost>()).LeaseId);
        Assert.Single(events.OfType<HostFreed>());
        var row = await _bench.Hosts.FindAsync("a", default);
        Assert.Equal((HostState.Free, (string?)null, "root@new.example:22"), (row!.State, row.HostKey, row.Address));
        Assert.Null(await _bench.Hosts.FindByLeaseAsync("lease", default));
        Assert.Equal("lease", row.FormerLeaseId);
    }

    [Fact]
    public async Task A_new_price_leaves_a_lease_alone()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease");

        var events = await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", HourlyPrice = 2.5m }, default));

        Assert.IsType<HostChanged>(Assert.Single(events));
        Assert.Equal((2.5m, "lease"), ((await _bench.Hosts.FindAsync("a", default))!.HourlyPrice, (await _bench.Hosts.FindAsync("a", default))!.LeaseId));
    }

    [Fact]
    public async Task A_host_that_was_removed_and_added_again_has_newer_news()
    {
        await _bench.AddAsync("a");
        var before = (await _bench.EditAsync(edits => edits.RemoveAsync(new RemoveHost { HostName = "a" }, default))).OfType<HostChanged>().Single();
        Assert.Equal(HostState.Removed, before.State);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));

        var after = (await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", Address = "root@a.example:22" }, default))).OfType<HostChanged>().Single();

        Assert.True(after.Version > before.Version);
    }
}
