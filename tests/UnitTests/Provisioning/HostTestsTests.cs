using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Pool;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning;

/// <summary>Tests of hosts that their owners ask for; what is asked of a host has tests over real ones.</summary>
public sealed class HostTestsTests : IAsyncLifetime
{
    private readonly PoolBench _bench = new();

    private HostTests Tests => _bench.Services.GetServices<IHostedService>().OfType<HostTests>().Single();

    public async ValueTask InitializeAsync() => await _bench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_host_in_use_is_not_disturbed_and_its_owner_is_told_by_whom()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease", "ftjob-7");
        await AskAsync("one");

        await Tests.LookAsync(default);

        var row = await RowAsync();
        Assert.Equal((false, "lease"), (row.LastTest!.Passed, row.LeaseId));
        Assert.Contains("ftjob-7", row.LastTest.Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_job_takes_a_host_that_is_tested_and_those_who_wait_hear_of_its_end()
    {
        await _bench.AddAsync("a");
        await AskAsync("one");
        await BeginAsync();
        Assert.Null(await _bench.Hosts.TakeAsync("a", "lease", "ftjob-7", default));

        await _bench.Hosts.ChangeAsync("a", row => (row.Fault = "No contact.") is not null, default);
        await _bench.Hosts.EndTestAsync("a", passed: true, "fit", default);

        var row = await RowAsync();
        Assert.True(row.IsFree);
        Assert.Null(row.Fault);
        Assert.Equal(new HostTest { TestId = "one", Passed = true, Report = "fit", At = _bench.Time.GetUtcNow() }, row.LastTest);
        Assert.Equal(1, await _bench.ToldAsync<HostFreed>());
    }

    [Fact]
    public async Task A_host_that_is_tested_is_not_shown_as_its_last_job_s()
    {
        await _bench.AddAsync("a");
        await _bench.MoveInAsync("a", "lease", "ftjob-7");
        await _bench.Hosts.LeaveAsync("lease", default);
        await AskAsync("one");
        await BeginAsync();

        var told = (await RowAsync()).Change(_bench.Time.GetUtcNow());

        Assert.Equal((HostState.InUse, null), (told.State, told.JobId));
    }

    [Fact]
    public async Task A_test_that_somebody_does_is_left_to_them_until_their_claim_is_over()
    {
        await _bench.AddAsync("a");
        await AskAsync("one");
        Assert.Single(await _bench.Hosts.ToTestAsync(default));
        await _bench.Hosts.ChangeAsync("a", row => (row.TestUntilMs = _bench.Time.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds()) is not null, default);
        Assert.Empty(await _bench.Hosts.ToTestAsync(default));

        _bench.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Single(await _bench.Hosts.ToTestAsync(default));
        await _bench.Hosts.EndTestAsync("a", passed: true, "fit", default);
        Assert.Empty(await _bench.Hosts.ToTestAsync(default));
    }

    [Fact]
    public async Task A_host_that_is_removed_meanwhile_goes_with_the_end_of_its_test()
    {
        await _bench.AddAsync("a");
        await AskAsync("one");
        await BeginAsync();
        await _bench.EditAsync(edits => edits.RemoveAsync(new RemoveHost { HostName = "a" }, default));

        await _bench.Hosts.EndTestAsync("a", passed: false, "", default);

        Assert.Null(await _bench.Hosts.FindAsync("a", default));
    }

    [Fact]
    public async Task Another_address_during_a_test_costs_no_job_its_host()
    {
        await _bench.AddAsync("a");
        await AskAsync("one");
        await BeginAsync();

        var events = await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", Address = "root@b.example:22" }, default));

        Assert.DoesNotContain(events, told => told is HostLost);
        var row = await RowAsync();
        Assert.Equal((true, (bool?)null), (row.IsFree, row.LastTest!.Passed));
    }

    private Task AskAsync(string id) => _bench.EditAsync(edits => edits.TestAsync(new TestHost { HostName = "a", TestId = id }, default));

    /// <summary>As the one does who tests it.</summary>
    private Task BeginAsync() => _bench.Hosts.ChangeAsync("a", row => (row.LeaseId = row.TestLease) is not null, default);

    private async Task<HostRow> RowAsync() => (await _bench.Hosts.FindAsync("a", default))!;
}
