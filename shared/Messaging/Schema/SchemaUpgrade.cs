using System.Data;
using FineTunePipeline.Messaging.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Schema;

/// <summary>
/// Brings a database to the schema that this program knows, in one transaction that holds the write lock: a process killed in the middle has changed
/// nothing, and a second one waits. EF Core's own migrator locks by a row in a table, which a killed process leaves behind for ever.
/// </summary>
internal static class SchemaUpgrade
{
    private const string Versions = """CREATE TABLE IF NOT EXISTS schema_versions ("Part" TEXT NOT NULL CONSTRAINT "PK_schema_versions" PRIMARY KEY, "Version" INTEGER NOT NULL)""";

    /// <exception cref="DatabaseTooNewException">A newer program has written the database.</exception>
    public static async Task RunAsync(ServiceDbContext database, ILogger logger, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
        var connection = (SqliteConnection)database.Database.GetDbConnection();
        var write = (SqliteTransaction)transaction.GetDbTransaction();
        var name = Path.GetFileName(connection.DataSource);
        var isNew = await LongAsync("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'stage_runs'") == 0;
        await ExecuteAsync(Versions);
        if (isNew)
        {
            await ExecuteAsync(database.Database.GenerateCreateScript());
        }

        foreach (var (part, steps) in new[] { (SharedSchema.Part, SharedSchema.Steps), ("service", database.SchemaSteps) })
        {
            var known = steps.Count + 1;
            var found = isNew ? known : await LongAsync($"SELECT COALESCE((SELECT \"Version\" FROM schema_versions WHERE \"Part\" = '{part}'), 1)");
            if (found > known)
            {
                throw new DatabaseTooNewException(name, part, found, known);
            }

            foreach (var step in steps.Skip((int)found - 1))
            {
                await ExecuteAsync(step.Sqlite);
                logger.Upgraded(name, part, step.Name);
            }

            await ExecuteAsync($"INSERT INTO schema_versions VALUES ('{part}', {known}) ON CONFLICT (\"Part\") DO UPDATE SET \"Version\" = excluded.\"Version\"");
        }

        await transaction.CommitAsync(cancellationToken);

        async Task<long> LongAsync(string sql)
        {
            await using var command = new SqliteCommand(sql, connection, write);
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new SqliteCommand(sql, connection, write);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
