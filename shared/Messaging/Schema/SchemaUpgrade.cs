using System.Globalization;
using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Schema;

/// <summary>
/// Brings a database to the schema that this program knows, in one transaction that keeps others out: a process killed in the middle has changed nothing,
/// and a second one waits. EF Core's own migrator locks by a row in a table on SQLite, which a killed process leaves behind for ever.
/// </summary>
internal static class SchemaUpgrade
{
    private const string Versions = """CREATE TABLE IF NOT EXISTS schema_versions ("Part" TEXT NOT NULL CONSTRAINT "PK_schema_versions" PRIMARY KEY, "Version" INTEGER NOT NULL)""";

    /// <exception cref="DatabaseTooNewException">A newer program has written the database.</exception>
    public static async Task RunAsync(ServiceDbContext database, SqlDialect dialect, ILogger logger, CancellationToken cancellationToken)
    {
        await using var transaction = await dialect.BeginWriteAsync(database, cancellationToken);
        await dialect.LockSchemaAsync(database, cancellationToken);
        var name = dialect.NameOf(database);
        var isNew = await LongAsync(dialect.TablesExist) == 0;
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
                await ExecuteAsync(dialect.Sql(step));
                logger.Upgraded(name, part, step.Name);
            }

            await ExecuteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO schema_versions VALUES ('{part}', {known}) ON CONFLICT (\"Part\") DO UPDATE SET \"Version\" = excluded.\"Version\""));
        }

        await transaction.CommitAsync(cancellationToken);

        Task<long> LongAsync(string sql) => SqlDialect.LongAsync(database, sql, cancellationToken);

        Task ExecuteAsync(string sql) => SqlDialect.ExecuteAsync(database, sql, cancellationToken);
    }
}
