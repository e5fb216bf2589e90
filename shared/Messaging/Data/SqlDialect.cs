using System.Data.Common;
using System.Globalization;
using FineTunePipeline.Messaging.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace FineTunePipeline.Messaging.Data;

/// <summary>What SQLite and PostgreSQL say differently. Everything else is asked through EF Core.</summary>
internal abstract class SqlDialect
{
    private const string WaitAgain = "UPDATE outbox SET \"SentAt\" = NULL, \"Claim\" = NULL, \"ClaimedUntil\" = 0 WHERE \"DeadAt\" IS NULL AND ";

    private const string Waiting = "\"SentAt\" IS NULL AND \"DeadAt\" IS NULL";

    /// <summary>
    /// No claim, and no wait of a stage run, is written for so long: a time that lies further ahead is of before the clock was set back, and over.
    /// In milliseconds.
    /// </summary>
    private const string Impossible = "600000";

    /// <summary>The database's clock, in milliseconds since 1970.</summary>
    public abstract string Now { get; }

    /// <summary>Only one transaction can write at a time; commits of several writers are put together then.</summary>
    public abstract bool OneWriter { get; }

    /// <summary>Claims due outbox rows: {0} owner, {1} claim time in ms, {2} limit.</summary>
    public string ClaimDue =>
        $$"""
        UPDATE outbox SET "Claim" = {0}, "ClaimedUntil" = {{Now}} + {1}
        WHERE "Seq" IN (
            SELECT "Seq" FROM outbox WHERE {{Waiting}} AND "DueAt" <= {{Now}} AND {{IsOver("\"ClaimedUntil\"")}} ORDER BY "Seq" LIMIT {2} {{SkipLocked}})
        RETURNING *
        """;

    /// <summary>Makes rows that were sent, or claimed by a process that is gone, wait again.</summary>
    public const string SendAgain = WaitAgain + "(\"SentAt\" IS NOT NULL OR \"Claim\" IS NOT NULL)";

    /// <summary>Makes rows wait again that a transport took that forgets: there are none but after a move from it to a broker.</summary>
    public const string SendForgotten = WaitAgain + "\"SentAt\" IS NOT NULL";

    /// <summary>Gives a row back after a failed send: {0} wait in ms, {1} failures to count, {2} their limit, {3} row, {4} owner.</summary>
    public string GiveBack =>
        $$"""
        UPDATE outbox SET "Claim" = NULL, "ClaimedUntil" = 0, "DueAt" = {{Now}} + {0}, "Failures" = "Failures" + {1},
            "DeadAt" = CASE WHEN "Failures" + {1} >= {2} THEN {{Now}} END
        WHERE "Seq" = {3} AND "Claim" = {4}
        """;

    /// <summary>
    /// Claims due stage runs: {0} owner, {1} claim time in ms, {2} stage, {3} limit. An attempt waits for the end of all older ones. The fence grows past
    /// the row's own as it is when it is written: on PostgreSQL the inner question may still see an older one.
    /// </summary>
    public string ClaimStages =>
        $$"""
        UPDATE stage_runs SET "Owner" = {0}, "ClaimedUntil" = {{Now}} + {1}, "Entries" = "Entries" + 1, "Fence" = 1 + {{Greatest}}("Fence",
            (SELECT MAX(f."Fence") FROM stage_runs f WHERE f."JobId" = stage_runs."JobId" AND f."Stage" = stage_runs."Stage"))
        WHERE ("JobId", "Stage", "Attempt") IN (
            SELECT r."JobId", r."Stage", r."Attempt" FROM stage_runs r
            WHERE r."Stage" = {2} AND r."State" IN ('Open', 'Closing') AND {{IsOver("r.\"NextLookAt\"")}}
              AND (r."ClaimedUntil" IS NULL OR {{IsOver("r.\"ClaimedUntil\"")}})
              AND (r."Stage" = 'Release' OR NOT EXISTS (
                  SELECT 1 FROM stage_runs o
                  WHERE o."JobId" = r."JobId" AND o."Stage" = r."Stage" AND o."Attempt" < r."Attempt" AND o."State" IN ('Open', 'Closing')))
            ORDER BY r."NextLookAt" LIMIT {3} {{SkipLocked}})
        RETURNING *
        """;

    /// <summary>
    /// A stage's first attempt, of which nearly all commands are: no row if others are known. Job, stage, attempt, command, now; owner and end of its claim and how often it was
    /// claimed, if it is born claimed.
    /// </summary>
    public const string InsertFirstRun =
        """
        INSERT INTO stage_runs ("JobId", "Stage", "Attempt", "State", "Command", "Fence", "NextLookAt", "AcceptedAt", "Owner", "ClaimedUntil", "Entries", "Tries", "KeepProgress")
        SELECT @p0, @p1, @p2, 'Open', @p3, 1, 0, @p4, @p5, @p6, @p7, 0, FALSE WHERE NOT EXISTS (SELECT 1 FROM stage_runs WHERE "JobId" = @p0 AND "Stage" = @p1) RETURNING 1
        """;

    /// <summary>Ends a run: no row if the claim is lost. State, type and JSON of the outcome; job, stage, attempt, fence, state before.</summary>
    public const string FinishRun =
        """
        UPDATE stage_runs SET "State" = @p0, "OutcomeType" = @p1, "Outcome" = @p2, "Owner" = NULL, "ClaimedUntil" = NULL
        WHERE "JobId" = @p3 AND "Stage" = @p4 AND "Attempt" = @p5 AND "Fence" = @p6 AND "State" = @p7 RETURNING 1
        """;

    /// <summary>Renews all claims of an owner: {0} claim time in ms, {1} owner, {2} stage.</summary>
    public string RenewStages =>
        $$"""
        UPDATE stage_runs SET "ClaimedUntil" = {{Now}} + {0}
        WHERE "Owner" = {1} AND "Stage" = {2} AND "State" IN ('Open', 'Closing') AND "ClaimedUntil" >= {{Now}}
        RETURNING *
        """;

    /// <summary>Gives a claim back: {0} wait in ms, {1} tries to count, {2} job, {3} stage, {4} attempt, {5} fence.</summary>
    public string GiveBackStage =>
        $$"""
        UPDATE stage_runs SET "Owner" = NULL, "ClaimedUntil" = NULL, "NextLookAt" = {{Now}} + {0}, "Tries" = "Tries" + {1}
        WHERE "JobId" = {2} AND "Stage" = {3} AND "Attempt" = {4} AND "Fence" = {5} AND "Owner" IS NOT NULL
        """;

    /// <summary>For each stage that has live runs: its name, how many are due and unclaimed, how many are claimed, and the age of the oldest due one in ms.</summary>
    public string CountStages =>
        $"""
        SELECT "Stage", SUM("Due"), SUM("Claimed"), COALESCE(MAX(CASE WHEN "Due" = 1 AND "Since" > 0 THEN {Now} - "Since" END), 0)
        FROM (
            SELECT "Stage", {Greatest}("NextLookAt", COALESCE("AcceptedAt", 0)) AS "Since",
                CASE WHEN "ClaimedUntil" >= {Now} THEN 1 ELSE 0 END AS "Claimed",
                CASE WHEN "NextLookAt" <= {Now} AND ("ClaimedUntil" IS NULL OR "ClaimedUntil" < {Now}) THEN 1 ELSE 0 END AS "Due"
            FROM stage_runs WHERE "State" IN ('Open', 'Closing')) AS live
        GROUP BY "Stage"
        """;

    /// <summary>One attempt's row, kept as it is until the transaction ends: {0} job, {1} stage, {2} attempt.</summary>
    public string HoldStage => $$"""SELECT * FROM stage_runs WHERE "JobId" = {0} AND "Stage" = {1} AND "Attempt" = {2} {{ForUpdate}}""";

    /// <summary>Whether the database has tables of ours: a count.</summary>
    public abstract string TablesExist { get; }

    /// <summary>After a question for rows: take those that nobody else is writing.</summary>
    protected abstract string SkipLocked { get; }

    /// <summary>After a question for rows: nobody else writes them until this transaction ends.</summary>
    protected abstract string ForUpdate { get; }

    /// <summary>The function for the largest of its arguments.</summary>
    protected abstract string Greatest { get; }

    /// <summary>Tells EF Core where the service's tables are.</summary>
    public abstract void Use(DbContextOptionsBuilder builder, DatabaseOptions options, string service);

    /// <summary>Before the first transaction of this process.</summary>
    public abstract Task PrepareAsync(ServiceDbContext database, CancellationToken cancellationToken);

    /// <summary>A transaction that will write.</summary>
    public abstract Task<IDbContextTransaction> BeginWriteAsync(DbContext database, CancellationToken cancellationToken);

    /// <summary>Keeps others out of the schema, and of its reading, until the transaction ends; makes the place for its tables if there is none.</summary>
    public abstract Task LockSchemaAsync(DbContext database, CancellationToken cancellationToken);

    /// <summary>The database, for a person: file, or server.</summary>
    public abstract string NameOf(DbContext database);

    /// <summary>Keeps others from adding attempts to a stage of a job until the transaction ends.</summary>
    public abstract Task LockStageAsync(WriteSession session, string jobId, string stage);

    /// <summary>The step's statements.</summary>
    public abstract string Sql(SchemaStep step);

    /// <summary>What a person can do about a database that cannot be used; null if the fault is another.</summary>
    public abstract DatabaseUnusableException? Unusable(DbContext database, Exception exception);

    public Task<long> NowAsync(DbContext database, CancellationToken cancellationToken) => LongAsync(database, $"SELECT {Now}", cancellationToken);

    /// <summary>Milliseconds until the next row can be claimed (0 or less: now); null if none waits.</summary>
    public async Task<long?> NextDueAsync(DbContext database, CancellationToken cancellationToken)
    {
        var wait = await LongAsync(
            database, $"SELECT COALESCE(MIN({Greatest}(\"DueAt\", CASE WHEN {IsOver("\"ClaimedUntil\"")} THEN 0 ELSE \"ClaimedUntil\" END)) - {Now}, {long.MaxValue}) FROM outbox WHERE {Waiting}",
            cancellationToken);
        return wait == long.MaxValue ? null : wait;
    }

    public string MarkSent(IEnumerable<long> rows) => $"UPDATE outbox SET \"SentAt\" = {Now}, \"Claim\" = NULL WHERE \"Seq\" IN ({List(rows)})";

    public string DeleteSent(IEnumerable<long> rows) => $"DELETE FROM outbox WHERE \"Seq\" IN ({List(rows)})";

    /// <summary>One number, asked in the context's transaction, if it has one.</summary>
    public static async Task<long> LongAsync(DbContext database, string sql, CancellationToken cancellationToken)
    {
        await database.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = database.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
            command.Transaction = database.Database.CurrentTransaction?.GetDbTransaction();
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        }
        finally
        {
            await database.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Statements as they are, asked in the context's transaction: EF Core would take braces in them for places of values.</summary>
    public static async Task ExecuteAsync(DbContext database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = database.Database.CurrentTransaction?.GetDbTransaction();
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string IsOver(string time) => $"({time} <= {Now} OR {time} > {Now} + {Impossible})";

    private static string List(IEnumerable<long> rows) => string.Join(',', rows.Select(row => row.ToString(CultureInfo.InvariantCulture)));
}
