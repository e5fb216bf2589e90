using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Reads and writes of the table of stage runs. "Now" is always the database's clock, and every write of a claim's holder names its fence:
/// one that lost its claim changes nothing.
/// </summary>
internal sealed class StageRunTable<TDb>(IDbContextFactory<TDb> databases)
    where TDb : ServiceDbContext
{
    public static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(30);

    private const string Now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    private const string NextFence =
        "(SELECT MAX(f.\"Fence\") + 1 FROM stage_runs f WHERE f.\"JobId\" = stage_runs.\"JobId\" AND f.\"Stage\" = stage_runs.\"Stage\")";

    /// <summary>Adds an attempt if no attempt as new is known; older ones that are not at their end are marked for closing. Returns the newest row.</summary>
    public async Task<StageRun> AcceptAsync(string jobId, Stage stage, int attempt, string command, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await BeginAsync(database, cancellationToken);
        var known = await NewestAsync(database, jobId, stage, cancellationToken);
        if (known is not null && known.Attempt >= attempt)
        {
            return known;
        }

        var row = new StageRun
        {
            JobId = jobId,
            Stage = stage,
            Attempt = attempt,
            Command = command,
            State = StageRunState.Open,
            Fence = await NextFenceAsync(database, jobId, stage, cancellationToken),
        };
        database.StageRuns.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        await CloseAsync(database, jobId, stage, attempt - 1, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    /// <summary>
    /// Marks all attempts up to this one for closing (a finished one too: what it left outside goes). When the command of this attempt has not come yet,
    /// a tombstone takes its place; it is at its end when all older attempts are.
    /// </summary>
    /// <returns>The attempt's row; null if the attempt never came and a newer one did.</returns>
    public async Task<StageRun?> CancelAsync(string jobId, Stage stage, int attempt, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await BeginAsync(database, cancellationToken);
        await CloseAsync(database, jobId, stage, attempt, cancellationToken);
        var newest = await NewestAsync(database, jobId, stage, cancellationToken);
        if (newest is null || newest.Attempt < attempt)
        {
            var working = await Runs(database, jobId, stage).AnyAsync(row => row.State == StageRunState.Closing, cancellationToken);
            database.StageRuns.Add(new StageRun
            {
                JobId = jobId,
                Stage = stage,
                Attempt = attempt,
                State = working ? StageRunState.Closing : StageRunState.Closed,
                Fence = await NextFenceAsync(database, jobId, stage, cancellationToken),
            });
            await database.SaveChangesAsync(cancellationToken);
        }

        var row = await Runs(database, jobId, stage).AsNoTracking().SingleOrDefaultAsync(run => run.Attempt == attempt, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    /// <summary>Claims up to <paramref name="limit"/> due rows. An attempt waits until all older ones of its job and stage are at their end.</summary>
    public async Task<IReadOnlyList<StageRun>> ClaimAsync(Stage stage, string owner, int limit, CancellationToken cancellationToken)
    {
        var sql = $$"""
            UPDATE stage_runs SET "Fence" = {{NextFence}}, "Owner" = {0}, "ClaimedUntil" = {{Now}} + {1}
            WHERE rowid IN (
                SELECT r.rowid FROM stage_runs r
                WHERE r."Stage" = {2} AND r."State" IN ('Open', 'Closing') AND r."NextLookAt" <= {{Now}}
                  AND (r."ClaimedUntil" IS NULL OR r."ClaimedUntil" < {{Now}})
                  AND NOT EXISTS (
                      SELECT 1 FROM stage_runs o
                      WHERE o."JobId" = r."JobId" AND o."Stage" = r."Stage" AND o."Attempt" < r."Attempt" AND o."State" IN ('Open', 'Closing'))
                ORDER BY r."NextLookAt" LIMIT {3})
            RETURNING *
            """;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.StageRuns
            .FromSqlRaw(sql, owner, (long)ClaimTime.TotalMilliseconds, stage.ToString(), limit)
            .AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Renews every claim of this owner in one statement; returns the rows that are still its own.</summary>
    public async Task<IReadOnlyList<StageRun>> RenewAsync(Stage stage, string owner, CancellationToken cancellationToken)
    {
        var sql = $$"""
            UPDATE stage_runs SET "ClaimedUntil" = {{Now}} + {0}
            WHERE "Owner" = {1} AND "Stage" = {2} AND "State" IN ('Open', 'Closing') AND "ClaimedUntil" >= {{Now}}
            RETURNING *
            """;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.StageRuns
            .FromSqlRaw(sql, (long)ClaimTime.TotalMilliseconds, owner, stage.ToString()).AsNoTracking().ToListAsync(cancellationToken);
    }

    public Task<bool> SaveHandleAsync(StageRun claim, string handle, CancellationToken cancellationToken) =>
        WriteAsync(claim, StageRunState.Open, run => run.SetProperty(row => row.Handle, handle), cancellationToken);

    /// <summary>Whether the claim is still the row's newest and its work still wanted.</summary>
    public async Task<bool> HoldsAsync(StageRun claim, CancellationToken cancellationToken)
    {
        var row = await FindAsync(claim.JobId, claim.Stage, claim.Attempt, cancellationToken);
        return row is { State: StageRunState.Open } && row.Fence == claim.Fence;
    }

    /// <summary>Stores the outcome. False: the claim was lost or the attempt cancelled meanwhile, and nothing was written.</summary>
    public Task<bool> FinishAsync(StageRun claim, StageRunState from, IStageEvent outcome, CancellationToken cancellationToken)
    {
        var (type, json) = (outcome.GetType().FullName, StageMessages.Write(outcome));
        var to = from == StageRunState.Open ? StageRunState.Finished : StageRunState.Closed;
        return WriteAsync(
            claim,
            from,
            run => run
                .SetProperty(row => row.State, to).SetProperty(row => row.OutcomeType, type).SetProperty(row => row.Outcome, json)
                .SetProperty(row => row.Published, false).SetProperty(row => row.Owner, (string?)null).SetProperty(row => row.ClaimedUntil, (long?)null),
            cancellationToken);
    }

    /// <summary>Gives the claim back; the row is due again after <paramref name="delay"/>. False: the claim was lost before.</summary>
    public async Task<bool> GiveBackAsync(StageRun claim, TimeSpan delay, bool countTry, CancellationToken cancellationToken)
    {
        var sql = $$"""
            UPDATE stage_runs SET "Owner" = NULL, "ClaimedUntil" = NULL, "NextLookAt" = {{Now}} + {0}, "Tries" = "Tries" + {1}
            WHERE "JobId" = {2} AND "Stage" = {3} AND "Attempt" = {4} AND "Fence" = {5}
            """;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Database.ExecuteSqlRawAsync(
            sql,
            [(long)delay.TotalMilliseconds, countTry ? 1 : 0, claim.JobId, claim.Stage.ToString(), claim.Attempt, claim.Fence],
            cancellationToken) == 1;
    }

    /// <summary>Outcomes of this stage that are stored and not known to be published.</summary>
    public async Task<IReadOnlyList<StageRun>> UnpublishedAsync(Stage stage, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.StageRuns.AsNoTracking()
            .Where(row => row.Stage == stage && row.Outcome != null && !row.Published && (row.State == StageRunState.Finished || row.State == StageRunState.Closed))
            .ToListAsync(cancellationToken);
    }

    public async Task MarkPublishedAsync(StageRun run, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.StageRuns
            .Where(row => row.JobId == run.JobId && row.Stage == run.Stage && row.Attempt == run.Attempt && row.Outcome == run.Outcome)
            .ExecuteUpdateAsync(row => row.SetProperty(x => x.Published, true), cancellationToken);
    }

    public async Task<StageRun?> FindAsync(string jobId, Stage stage, int attempt, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.StageRuns.AsNoTracking()
            .SingleOrDefaultAsync(row => row.JobId == jobId && row.Stage == stage && row.Attempt == attempt, cancellationToken);
    }

    private async Task<bool> WriteAsync(
        StageRun claim,
        StageRunState state,
        Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<StageRun>> setters,
        CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.StageRuns
            .Where(row => row.JobId == claim.JobId && row.Stage == claim.Stage && row.Attempt == claim.Attempt && row.Fence == claim.Fence && row.State == state)
            .ExecuteUpdateAsync(setters, cancellationToken) == 1;
    }

    private static Task<int> CloseAsync(TDb database, string jobId, Stage stage, int upToAttempt, CancellationToken cancellationToken) =>
        Runs(database, jobId, stage)
            .Where(row => row.Attempt <= upToAttempt && (row.State == StageRunState.Open || row.State == StageRunState.Finished))
            .ExecuteUpdateAsync(
                row => row.SetProperty(x => x.State, StageRunState.Closing).SetProperty(x => x.NextLookAt, 0L).SetProperty(x => x.Outcome, (string?)null),
                cancellationToken);

    private static Task<StageRun?> NewestAsync(TDb database, string jobId, Stage stage, CancellationToken cancellationToken) =>
        Runs(database, jobId, stage).AsNoTracking().OrderByDescending(row => row.Attempt).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Over all attempts: an older one that is being ended may have been claimed after the newest was made.</summary>
    private static async Task<long> NextFenceAsync(TDb database, string jobId, Stage stage, CancellationToken cancellationToken) =>
        (await Runs(database, jobId, stage).MaxAsync(row => (long?)row.Fence, cancellationToken) ?? 0) + 1;

    private static IQueryable<StageRun> Runs(TDb database, string jobId, Stage stage) =>
        database.StageRuns.Where(row => row.JobId == jobId && row.Stage == stage);

    /// <summary>Takes SQLite's write lock at once: a transaction that begins as a reader may find that it cannot become a writer.</summary>
    private static async Task<IDbContextTransaction> BeginAsync(TDb database, CancellationToken cancellationToken)
    {
        await database.Database.OpenConnectionAsync(cancellationToken);
        return await database.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancellationToken);
    }
}
