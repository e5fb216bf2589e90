using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Money;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning;

/// <summary>Money tick by tick: the default tick is six minutes.</summary>
public sealed class MoneyTests : IAsyncLifetime
{
    private static readonly TimeSpan Tick = new MoneyOptions().Tick;

    private readonly PoolBench _bench = new();

    private LeaseTable Leases => _bench.Services.GetRequiredService<LeaseTable>();

    private MoneyWatch Watch => _bench.Services.GetServices<IHostedService>().OfType<MoneyWatch>().Single();

    public async ValueTask InitializeAsync() => await _bench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_tick_is_reserved_then_charged_and_the_next_one_reserved()
    {
        await RequestAsync("lease", price: 10);
        Assert.Equal((0m, 1m), await SumsAsync());

        _bench.Time.Advance(Tick);
        Assert.Equal(1, await Watch.LookAsync(default));
        Assert.Equal(0, await Watch.LookAsync(default));

        Assert.Equal((1m, 1m), await SumsAsync());
        Assert.Equal(1, await _bench.ToldAsync<JobCostChanged>());
    }

    [Fact]
    public async Task Ticks_that_were_missed_are_charged_when_we_are_back()
    {
        await RequestAsync("lease", price: 10);
        _bench.Time.Advance(Tick * 7.5);

        Assert.Equal(7, await Watch.LookAsync(default));

        Assert.Equal((7m, 1m), await SumsAsync());
    }

    [Fact]
    public async Task Several_watches_charge_a_tick_once()
    {
        await RequestAsync("lease", price: 10);
        _bench.Time.Advance(Tick);
        var ledger = _bench.Services.GetRequiredService<LedgerTable>();
        var row = Assert.Single(await ledger.DueAsync(_bench.Time.GetUtcNow(), default));

        var charged = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ledger.TickAsync(row.Id, Tick, _bench.Time.GetUtcNow(), default))));

        Assert.Single(charged, true);
        Assert.Equal((1m, 1m), await SumsAsync());
    }

    [Fact]
    public async Task A_job_is_told_to_end_before_a_tick_that_its_budget_does_not_cover()
    {
        await RequestAsync("lease", price: 10, total: 2.5m);
        _bench.Time.Advance(Tick);
        await Watch.LookAsync(default);
        Assert.Equal(0, await _bench.ToldAsync<BudgetUsedUp>());

        _bench.Time.Advance(Tick);
        await Watch.LookAsync(default);

        // Two are spent, the third has begun: whatever the end of the job takes, less than a tick is spent above the budget.
        Assert.Equal(1, await _bench.ToldAsync<BudgetUsedUp>());
        Assert.Equal((2m, 1m), await SumsAsync());
    }

    [Fact]
    public async Task Money_of_earlier_leases_counts_against_the_budget()
    {
        await RequestAsync("first", price: 10, total: 2.5m);
        _bench.Time.Advance(Tick * 2);
        await Watch.LookAsync(default);
        await ReleaseAsync("first", hadHost: true);

        var second = _bench.Lease("second", price: 10, total: 2.5m);
        var cost = await Leases.RequestAsync(second, Tick, await _bench.ClaimAsync(Stage.Provision, attempt: 2), default);

        Assert.Equal((3m, true), (cost, second.IsAbove(cost)));
        Assert.Null(await Leases.FindAsync("second", default));
    }

    [Fact]
    public async Task A_lease_that_ends_within_a_tick_is_charged_for_its_time()
    {
        await RequestAsync("lease", price: 10);
        _bench.Time.Advance(Tick * 1.5);
        await Watch.LookAsync(default);

        Assert.Equal(1.5m, await ReleaseAsync("lease", hadHost: true));

        Assert.Equal((1.5m, 0m), await SumsAsync());
        var cost = Assert.Single(await Leases.JobCostAsync("ftjob-1", default));
        Assert.Equal(("lease", 1.5m, 0m, true), (cost.LeaseId, cost.Charged, cost.Held, cost.IsReleased));
        _bench.Time.Advance(Tick * 9);
        Assert.Equal(0, await Watch.LookAsync(default));
    }

    [Fact]
    public async Task The_cost_is_told_for_each_host_and_one_that_is_lost_costs_on()
    {
        await RequestAsync("first", price: 10);
        _bench.Time.Advance(Tick);
        await Watch.LookAsync(default);
        await LoseAsync("first");
        var second = _bench.Lease("second", price: 20);
        second.Attempt = 2;
        await Leases.RequestAsync(second, Tick, await _bench.ClaimAsync(Stage.Provision, attempt: 2), default);
        _bench.Time.Advance(Tick);
        await Watch.LookAsync(default);

        var costs = await Leases.JobCostAsync("ftjob-1", default);

        Assert.Equal(
            [("first", 10m, 2m, 1m, false), ("second", 20m, 2m, 2m, false)],
            costs.Select(cost => (cost.LeaseId, cost.HourlyPrice, cost.Charged, cost.Held, cost.IsReleased)));
    }

    [Fact]
    public async Task A_lease_that_never_had_a_host_costs_nothing()
    {
        await RequestAsync("lease", price: 10);
        _bench.Time.Advance(Tick / 2);

        Assert.Equal(0, await ReleaseAsync("lease", hadHost: false));
        Assert.Empty(await Leases.JobCostAsync("ftjob-1", default));
    }

    [Fact]
    public async Task What_costs_nothing_has_no_ticks()
    {
        await RequestAsync("lease", price: 0);
        _bench.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, await Watch.LookAsync(default));
        Assert.Equal(0, await ReleaseAsync("lease", hadHost: true));
    }

    private async Task RequestAsync(string leaseId, decimal price, decimal total = 0) =>
        await Leases.RequestAsync(_bench.Lease(leaseId, price, total), Tick, await _bench.ClaimAsync(Stage.Provision), default);

    private async Task<decimal> ReleaseAsync(string leaseId, bool hadHost) =>
        await Leases.EndReleaseAsync(leaseId, hadHost, Stage.Release, await _bench.ClaimAsync(Stage.Release), _bench.Time.GetUtcNow(), default);

    private async Task LoseAsync(string leaseId)
    {
        await using var database = _bench.Database();
        (await database.Leases.SingleAsync(lease => lease.LeaseId == leaseId)).State = LeaseState.LostUnconfirmed;
        await database.SaveChangesAsync();
    }

    /// <summary>Charged, and reserved.</summary>
    private async Task<(decimal Charged, decimal Held)> SumsAsync()
    {
        await using var database = _bench.Database();
        var rows = await database.Ledger.AsNoTracking().ToListAsync();
        return (rows.Sum(row => row.Charged), LedgerTable.Open(rows));
    }
}
