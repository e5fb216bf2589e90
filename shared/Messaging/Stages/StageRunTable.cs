using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Reads and writes of the table of stage runs. "Now" is always the database's clock, and every write of a claim's holder names its fence:
/// one that lost its claim changes nothing.
/// </summary>
internal sealed class StageRunTable<TDb>(IDbContextFactory<TDb> databases, WriteQueue<TDb> writes, SqlDialect dialect)
    where TDb : ServiceDbContext
{
    public static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Adds an attempt if no attempt as new is known, and marks older ones that are not at their end for closing; those of a release go on beside it. A stage's
    /// first attempt is claimed at once for <paramref name="owner"/>, if there is one.
    /// </summary>
    /// <returns>The row of this attempt, or null if only newer ones are known; and whether it was claimed here.</returns>
    public async Task<(StageRun? Row, bool Claimed)> AcceptAsync(WriteSession session, TDb database, string jobId, Stage stage, int attempt, string command, string? owner = null)
    {
        await dialect.LockStageAsync(session, jobId, stage.ToString());
        var first = new StageRun
        {
            JobId = jobId,
            Stage = stage,
            Attempt = attempt,
            Command = command,
            State = StageRunState.Open,
            Fence = 1,
            AcceptedAt = session.Now,
            Owner = owner,
            ClaimedUntil = owner is null ? null : session.Now + (long)ClaimTime.TotalMilliseconds,
            Entries = owner is null ? 0 : 1,
        };
        if (await session.ExecuteAsync(SqlDialect.InsertFirstRun, jobId, stage.ToString(), attempt, command, first.AcceptedAt, owner, first.ClaimedUntil, first.Entries) is not null)
        {
            return (first, owner is not null);
        }

        await using var joined = await session.JoinAsync(database);
        var known = await RowsAsync(database, jobId, stage);
        var same = known.SingleOrDefault(row => row.Attempt == attempt);
        if (same is not null || (known[0].Attempt > attempt && !AttemptsAreApart(stage)))
        {
            return (same, false);
        }

        if (!AttemptsAreApart(stage))
        {
            Close(known);
        }

        var added = Add(session, database, known, jobId, stage, attempt, command, StageRunState.Open);
        await database.SaveChangesAsync(CancellationToken.None);
        return (added, false);
    }

    /// <summary>
    /// Marks all attempts up to this one for closing (a finished one too: what it left outside goes). When the command of this attempt has not come yet,
    /// a tombstone takes its place; it is at its end when all older attempts are.
    /// </summary>
    /// <param name="abandon">They are closed at once, whoever works on them: what they left outside is out of reach.</param>
    /// <param name="keep">What this attempt has reached is kept; a later wish to end it does not take that back.</param>
    /// <returns>The attempt's row; null if the attempt never came and a newer one did.</returns>
    public async Task<StageRun?> CancelAsync(WriteSession session, TDb database, string jobId, Stage stage, int attempt, bool abandon = false, bool keep = false)
    {
        await dialect.LockStageAsync(session, jobId, stage.ToString());
        await using var joined = await session.JoinAsync(database);
        var known = await RowsAsync(database, jobId, stage);
        var ended = known.Where(row => row.Attempt <= attempt);
        if (abandon)
        {
            Abandon(ended, known);
        }
        else
        {
            Close(ended, keep ? attempt : null);
        }

        var row = known.SingleOrDefault(row => row.Attempt == attempt);
        if (known.Count == 0 || known[0].Attempt < attempt)
        {
            var working = known.Any(older => older.State == StageRunState.Closing);
            row = Add(session, database, known, jobId, stage, attempt, command: null, working ? StageRunState.Closing : StageRunState.Closed);
        }

        await database.SaveChangesAsync(CancellationToken.None);
        return row;
    }

    /// <summary>Claims up to <paramref name="limit"/> due rows. An attempt waits until all older ones of its job and stage are at their end, but for a release.</summary>
    public async Task<IReadOnlyList<StageRun>> ClaimAsync(Stage stage, string owner, int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await writes.RunAsync(
            database,
            _ => database.StageRuns.FromSqlRaw(dialect.ClaimStages, owner, (long)ClaimTime.TotalMilliseconds, stage.ToString(), limit)
                .AsNoTracking().ToListAsync(CancellationToken.None),
            cancellationToken);
    }

    /// <summary>Renews every claim of this owner in one statement; returns the rows that are still its own.</summary>
    public async Task<IReadOnlyList<StageRun>> RenewAsync(Stage stage, string owner, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await writes.RunAsync(
            database,
            _ => database.StageRuns.FromSqlRaw(dialect.RenewStages, (long)ClaimTime.TotalMilliseconds, owner, stage.ToString())
                .AsNoTracking().ToListAsync(CancellationToken.None),
            cancellationToken);
    }

    public async Task<bool> SaveHandleAsync(StageRun claim, string handle, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await writes.RunAsync(
            database,
            _ => database.StageRuns
                .Where(row => row.JobId == claim.JobId && row.Stage == claim.Stage && row.Attempt == claim.Attempt && row.Fence == claim.Fence && row.State == StageRunState.Open)
                .ExecuteUpdateAsync(run => run.SetProperty(row => row.Handle, handle), CancellationToken.None),
            cancellationToken) == 1;
    }

    /// <summary>Whether the claim is still the row's newest and its work still wanted.</summary>
    public async Task<bool> HoldsAsync(StageRun claim, CancellationToken cancellationToken)
    {
        var row = await FindAsync(claim.JobId, claim.Stage, claim.Attempt, cancellationToken);
        return row is { State: StageRunState.Open } && row.Fence == claim.Fence;
    }

    /// <summary>Stores the outcome, within the caller's transaction. False: the claim was lost or the attempt cancelled meanwhile, and nothing was written.</summary>
    public static async Task<bool> FinishAsync(WriteSession session, StageRun claim, StageRunState from, IStageEvent outcome)
    {
        var to = from == StageRunState.Open ? StageRunState.Finished : StageRunState.Closed;
        return await session.ExecuteAsync(
            SqlDialect.FinishRun, to.ToString(), outcome.GetType().FullName, StageMessages.Write(outcome),
            claim.JobId, claim.Stage.ToString(), claim.Attempt, claim.Fence, from.ToString()) is not null;
    }

    /// <summary>Gives the claim back; the row is due again after <paramref name="delay"/>. False: the claim was lost before.</summary>
    public async Task<bool> GiveBackAsync(StageRun claim, TimeSpan delay, bool countTry, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await writes.RunAsync(
            database,
            _ => database.Database.ExecuteSqlRawAsync(
                dialect.GiveBackStage,
                [(long)delay.TotalMilliseconds, countTry ? 1 : 0, claim.JobId, claim.Stage.ToString(), claim.Attempt, claim.Fence],
                CancellationToken.None),
            cancellationToken) == 1;
    }

    /// <summary>This owner's claims whose work is to be ended.</summary>
    public async Task<IReadOnlyList<(string JobId, int Attempt, long Fence)>> ClosingAsync(Stage stage, string owner, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await database.StageRuns.AsNoTracking().Where(row => row.State == StageRunState.Closing && row.Stage == stage && row.Owner == owner)
            .Select(row => new { row.JobId, row.Attempt, row.Fence }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (row.JobId, row.Attempt, row.Fence))];
    }

    public async Task<StageRun?> FindAsync(string jobId, Stage stage, int attempt, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.StageRuns.AsNoTracking()
            .SingleOrDefaultAsync(row => row.JobId == jobId && row.Stage == stage && row.Attempt == attempt, cancellationToken);
    }

    /// <param name="rows">Those that are not at their end.</param>
    /// <param name="kept">Attempt whose progress is kept; null: of none.</param>
    private static void Close(IEnumerable<StageRun> rows, int? kept = null)
    {
        foreach (var row in rows.Where(row => row.State is StageRunState.Open or StageRunState.Finished))
        {
            (row.State, row.NextLookAt, row.Outcome, row.KeepProgress) = (StageRunState.Closing, 0, null, row.Attempt == kept);
        }
    }

    /// <summary>A fence that nobody has takes every claim away.</summary>
    private static void Abandon(IEnumerable<StageRun> rows, IReadOnlyList<StageRun> known)
    {
        foreach (var row in rows.Where(row => row.State != StageRunState.Closed))
        {
            (row.State, row.Outcome, row.OutcomeType, row.Owner, row.ClaimedUntil) = (StageRunState.Closed, null, null, null, null);
            row.Fence = known.Max(other => other.Fence) + 1;
        }
    }

    /// <summary>Each attempt to release is of another lease: a host that cannot be released holds up no other.</summary>
    private static bool AttemptsAreApart(Stage stage) => stage == Stage.Release;

    private static StageRun Add(
        WriteSession session, TDb database, IReadOnlyList<StageRun> known, string jobId, Stage stage, int attempt, string? command, StageRunState state)
    {
        // Over all attempts: an older one that is being ended may have been claimed after the newest was made.
        var fence = known.Count == 0 ? 1 : known.Max(row => row.Fence) + 1;
        var row = new StageRun { JobId = jobId, Stage = stage, Attempt = attempt, Command = command, State = state, Fence = fence, AcceptedAt = session.Now };
        database.StageRuns.Add(row);
        return row;
    }

    /// <summary>The attempts of a stage, tracked, the newest first.</summary>
    private static Task<List<StageRun>> RowsAsync(TDb database, string jobId, Stage stage) =>
        database.StageRuns.Where(row => row.JobId == jobId && row.Stage == stage).OrderByDescending(row => row.Attempt).ToListAsync();
}
