using FineTunePipeline.Messaging.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FineTunePipeline.Messaging.Health;

/// <summary>
/// Can the service's database be read, and its write lock be had? On SQLite by a connection of its own that makes no file: one that is open already reads a
/// file that was removed or overwritten from its cache.
/// </summary>
internal sealed class DatabaseReady<TDb>(IDbContextFactory<TDb> databases, TimeProvider time) : ReadyCheck(time)
    where TDb : ServiceDbContext
{
    protected override async Task<HealthCheckResult> LookAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!database.Database.IsSqlite())
        {
            database.Database.SetCommandTimeout(Limit);
            _ = await database.StageRuns.AnyAsync(cancellationToken);
            return HealthCheckResult.Healthy("The database answers.");
        }

        try
        {
            await LookAsync(database.Database.GetConnectionString()!, cancellationToken);
            return HealthCheckResult.Healthy("The database can be read and written.");
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SqliteCodes.Busy)
        {
            return HealthCheckResult.Degraded("The database can be read, and somebody else is writing to it.");
        }
        catch (SqliteException exception) when (DatabaseUnusableException.Of(database, exception) is { } unusable)
        {
            return HealthCheckResult.Unhealthy(unusable.Message);
        }
    }

    private static async Task LookAsync(string connectionString, CancellationToken cancellationToken)
    {
        var own = new SqliteConnectionStringBuilder(connectionString) { Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 };
        await using var connection = new SqliteConnection(own.ToString());
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM schema_versions";
        _ = await command.ExecuteScalarAsync(cancellationToken);
        command.CommandText = "BEGIN IMMEDIATE; ROLLBACK;";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
