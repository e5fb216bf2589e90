using System.Data;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>The SQL that SQLite and PostgreSQL say differently; the SQLite form. Everything else is asked through EF Core.</summary>
internal class SqlDialect
{
    /// <summary>The database's clock, in milliseconds since 1970.</summary>
    public const string Now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    private const string NextFence =
        "(SELECT MAX(f.\"Fence\") + 1 FROM stage_runs f WHERE f.\"JobId\" = stage_runs.\"JobId\" AND f.\"Stage\" = stage_runs.\"Stage\")";

    private const string Waiting = "\"SentAt\" IS NULL AND \"DeadAt\" IS NULL";

    /// <summary>Claims due rows: {0} owner, {1} claim time in ms, {2} limit. PostgreSQL adds <c>FOR UPDATE SKIP LOCKED</c> to the inner question.</summary>
    public virtual string ClaimDue =>
        $$"""
        UPDATE outbox SET "Claim" = {0}, "ClaimedUntil" = {{Now}} + {1}
        WHERE "Seq" IN (SELECT "Seq" FROM outbox WHERE {{Waiting}} AND "DueAt" <= {{Now}} AND "ClaimedUntil" <= {{Now}} ORDER BY "Seq" LIMIT {2})
        RETURNING *
        """;

    /// <summary>A transaction that holds the write lock from its beginning: one that begins as a reader may find that it cannot become a writer.</summary>
    public virtual Task<IDbContextTransaction> BeginWriteAsync(DbContext database, CancellationToken cancellationToken) =>
        database.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);

    public Task<long> NowAsync(DbContext database, CancellationToken cancellationToken) => ScalarAsync(database, $"SELECT {Now}", cancellationToken);

    /// <summary>Milliseconds until the next row can be claimed (0 or less: now); null if none waits.</summary>
    public async Task<long?> NextDueAsync(DbContext database, CancellationToken cancellationToken)
    {
        var wait = await ScalarAsync(
            database, $"SELECT COALESCE(MIN(MAX(\"DueAt\", \"ClaimedUntil\")) - {Now}, {long.MaxValue}) FROM outbox WHERE {Waiting}", cancellationToken);
        return wait == long.MaxValue ? null : wait;
    }

    /// <summary>Makes rows that were sent, or claimed by a process that is gone, wait again.</summary>
    public virtual string SendAgain => "UPDATE outbox SET \"SentAt\" = NULL, \"Claim\" = NULL, \"ClaimedUntil\" = 0 WHERE \"DeadAt\" IS NULL AND (\"SentAt\" IS NOT NULL OR \"Claim\" IS NOT NULL)";

    public virtual string MarkSent(IEnumerable<long> rows) => $"UPDATE outbox SET \"SentAt\" = {Now}, \"Claim\" = NULL WHERE \"Seq\" IN ({List(rows)})";

    public virtual string DeleteSent(IEnumerable<long> rows) => $"DELETE FROM outbox WHERE \"Seq\" IN ({List(rows)})";

    /// <summary>Gives a row back after a failed send: {0} wait in ms, {1} failures to count, {2} their limit, {3} row, {4} owner.</summary>
    public virtual string GiveBack =>
        $$"""
        UPDATE outbox SET "Claim" = NULL, "ClaimedUntil" = 0, "DueAt" = {{Now}} + {0}, "Failures" = "Failures" + {1},
            "DeadAt" = CASE WHEN "Failures" + {1} >= {2} THEN {{Now}} END
        WHERE "Seq" = {3} AND "Claim" = {4}
        """;

    /// <summary>
    /// Claims due stage runs: {0} owner, {1} claim time in ms, {2} stage, {3} limit. An attempt waits for the end of all older ones. PostgreSQL adds
    /// <c>FOR UPDATE SKIP LOCKED</c> to the inner question.
    /// </summary>
    public virtual string ClaimStages =>
        $$"""
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

    /// <summary>Renews all claims of an owner: {0} claim time in ms, {1} owner, {2} stage.</summary>
    public virtual string RenewStages =>
        $$"""
        UPDATE stage_runs SET "ClaimedUntil" = {{Now}} + {0}
        WHERE "Owner" = {1} AND "Stage" = {2} AND "State" IN ('Open', 'Closing') AND "ClaimedUntil" >= {{Now}}
        RETURNING *
        """;

    /// <summary>Gives a claim back: {0} wait in ms, {1} tries to count, {2} job, {3} stage, {4} attempt, {5} fence.</summary>
    public virtual string GiveBackStage =>
        $$"""
        UPDATE stage_runs SET "Owner" = NULL, "ClaimedUntil" = NULL, "NextLookAt" = {{Now}} + {0}, "Tries" = "Tries" + {1}
        WHERE "JobId" = {2} AND "Stage" = {3} AND "Attempt" = {4} AND "Fence" = {5}
        """;

    /// <summary>For each stage that has live runs: its name, how many are due and unclaimed, how many are claimed, and the age of the oldest due one in ms.</summary>
    public virtual string CountStages =>
        $"""
        SELECT "Stage", SUM("Due"), SUM("Claimed"), COALESCE(MAX(CASE WHEN "Due" = 1 AND "Since" > 0 THEN {Now} - "Since" END), 0)
        FROM (
            SELECT "Stage", MAX("NextLookAt", COALESCE("AcceptedAt", 0)) AS "Since",
                CASE WHEN "ClaimedUntil" >= {Now} THEN 1 ELSE 0 END AS "Claimed",
                CASE WHEN "NextLookAt" <= {Now} AND ("ClaimedUntil" IS NULL OR "ClaimedUntil" < {Now}) THEN 1 ELSE 0 END AS "Due"
            FROM stage_runs WHERE "State" IN ('Open', 'Closing'))
        GROUP BY "Stage"
        """;

    private static string List(IEnumerable<long> rows) => string.Join(',', rows.Select(row => row.ToString(CultureInfo.InvariantCulture)));

    private static async Task<long> ScalarAsync(DbContext database, string sql, CancellationToken cancellationToken)
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
}
