using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Durable;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>The table's side of claims: who holds a row, and what one that lost it can still write.</summary>
public sealed class StageClaimTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());
    private StageWorker _worker = null!;
    private StageWorker _other = null!;

    private StageRunTable<StageTestDb> Table => _worker.Table;

    public async ValueTask InitializeAsync() => (_worker, _other) = (await _bench.AddAsync(), await _bench.AddAsync());

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_claim_lasts_half_a_minute_of_the_databases_clock()
    {
        var claim = await ClaimedAsync();

        var left = claim.ClaimedUntil - Now().ToUnixTimeMilliseconds();
        Assert.InRange(left!.Value, 10_000, 30_000);
        Assert.Empty(await _other.Table.ClaimAsync(TheStage, "other", 9, default));
    }

    [Fact]
    public async Task Instances_that_claim_at_once_never_get_the_same_row()
    {
        for (var i = 0; i < 60; i++)
        {
            await _worker.Inbox.AcceptAsync(Command(job: $"ftjob-{i}"), default);
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
        {
            var table = i % 2 == 0 ? _worker.Table : _other.Table;
            return (IEnumerable<StageRun>)[.. await table.ClaimAsync(TheStage, $"owner-{i}", 7, default), .. await table.ClaimAsync(TheStage, $"owner-{i}", 7, default)];
        })));

        Assert.Equal(60, claims.SelectMany(rows => rows).Select(row => row.JobId).Distinct().Count());
        Assert.Equal(60, claims.Sum(rows => rows.Count()));
    }

    [Fact]
    public async Task Rows_of_another_stage_are_not_claimed()
    {
        await _worker.Inbox.AcceptAsync(Command(), default);
        Assert.Empty(await Table.ClaimAsync(Stage.Deploy, "me", 9, default));
    }

    [Fact]
    public async Task A_row_is_not_claimed_before_its_next_look()
    {
        var claim = await ClaimedAsync();
        Assert.True(await Table.GiveBackAsync(claim, TimeSpan.FromMinutes(1), countTry: true, default));
        Assert.Empty(await Table.ClaimAsync(TheStage, "me", 9, default));
        Assert.Equal(1, (await _bench.RowAsync()).Tries);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_holds_up_nobody()
    {
        var claim = await ClaimedAsync();
        await _bench.SetClockBackAsync();
        var again = Assert.Single(await _other.Table.ClaimAsync(TheStage, "other", 9, default));
        Assert.True(again.Fence > claim.Fence);

        await _other.Table.GiveBackAsync(again, TimeSpan.FromDays(1), countTry: false, default);
        Assert.Single(await _other.Table.ClaimAsync(TheStage, "other", 9, default));
    }

    [Fact]
    public async Task A_claim_that_is_given_back_can_be_taken_at_once()
    {
        var claim = await ClaimedAsync();
        await Table.GiveBackAsync(claim, TimeSpan.Zero, countTry: false, default);
        Assert.Equal(claim.Fence + 1, Assert.Single(await _other.Table.ClaimAsync(TheStage, "other", 9, default)).Fence);
    }

    [Fact]
    public async Task An_attempt_waits_until_the_older_ones_are_at_their_end()
    {
        var first = await ClaimedAsync();
        await _worker.Inbox.AcceptAsync(Command(attempt: 2), default);
        Assert.Empty(await _other.Table.ClaimAsync(TheStage, "other", 9, default));

        await _worker.StoreAsync(first, StageRunState.Closing, Told(), default);

        Assert.Equal(2, Assert.Single(await _other.Table.ClaimAsync(TheStage, "other", 9, default)).Attempt);
    }

    [Fact]
    public async Task One_that_lost_its_claim_writes_nothing()
    {
        var (slept, now) = await SleptAsync();

        Assert.False(await Table.SaveHandleAsync(slept, "old", default));
        Assert.False(await _worker.StoreAsync(slept, StageRunState.Open, Released(new TestKit.Stages.RecordedClaim(Job)), default));
        Assert.False(await Table.GiveBackAsync(slept, TimeSpan.Zero, countTry: true, default));
        Assert.False(await Table.HoldsAsync(slept, default));
        Assert.Empty(await Table.RenewAsync(TheStage, "me", default));

        Assert.Equivalent(now, await _bench.RowAsync());
    }

    [Fact]
    public async Task One_whose_attempt_is_closed_by_a_newer_one_writes_nothing()
    {
        var old = await ClaimedAsync();
        await _other.Inbox.AcceptAsync(Command(attempt: 2), default);
        var now = await _bench.RowAsync();

        Assert.False(await Table.SaveHandleAsync(old, "old", default));
        Assert.False(await _worker.StoreAsync(old, StageRunState.Open, Told(), default));
        Assert.False(await Table.HoldsAsync(old, default));

        Assert.Equivalent(now, await _bench.RowAsync());
    }

    [Fact]
    public async Task A_claim_that_ran_out_is_not_renewed_even_if_nobody_took_it()
    {
        await ClaimedAsync();
        await _bench.ExpireAsync();
        Assert.Empty(await Table.RenewAsync(TheStage, "me", default));
    }

    [Fact]
    public async Task Renewing_prolongs_all_claims_of_an_owner_in_one_statement()
    {
        foreach (var job in new[] { "ftjob-a", "ftjob-b", "ftjob-c" })
        {
            await _worker.Inbox.AcceptAsync(Command(job: job), default);
        }

        await Table.ClaimAsync(TheStage, "me", 2, default);
        var theirs = Assert.Single(await _other.Table.ClaimAsync(TheStage, "other", 2, default));
        await _bench.ShortenAsync();
        var statements = 0;
        _worker.Sql.Before = _ => Task.FromResult(++statements);

        var mine = await Table.RenewAsync(TheStage, "me", default);

        Assert.Equal((2, 1), (mine.Count, statements));
        var soon = Now().AddSeconds(15).ToUnixTimeMilliseconds();
        Assert.All(await _bench.RowsAsync(), row => Assert.Equal(row.JobId != theirs.JobId, row.ClaimedUntil > soon));
    }

    /// <summary>The database's clock is this computer's.</summary>
    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();

    private static StageCancelled Told() => new() { JobId = Job, Stage = TheStage, Attempt = 1 };

    private async Task<StageRun> ClaimedAsync()
    {
        await _worker.Inbox.AcceptAsync(Command(), default);
        return Assert.Single(await Table.ClaimAsync(TheStage, "me", 9, default));
    }

    /// <summary>A claim whose holder slept through its time, so that another took it.</summary>
    private async Task<(StageRun Slept, StageRun Now)> SleptAsync()
    {
        var slept = await ClaimedAsync();
        await _bench.ExpireAsync();
        Assert.Single(await _other.Table.ClaimAsync(TheStage, "other", 9, default));
        return (slept, await _bench.RowAsync());
    }
}
