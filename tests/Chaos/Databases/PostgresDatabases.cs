using FineTunePipeline.TestKit.Postgres;
using Npgsql;

namespace FineTunePipeline.Chaos.Databases;

/// <summary>A schema of one database for each service.</summary>
internal sealed class PostgresDatabases(PostgresDatabase server) : IServiceDatabases
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMilliseconds(500);

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["FINETUNE__Database__Provider"] = "postgres",
        ["FINETUNE__Database__ConnectionString"] = server.ConnectionString,
    };

    public async Task<IReadOnlyList<object?[]>> ReadAsync(string service, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(service, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await Rows.ReadAsync(reader, cancellationToken);
    }

    public async Task LockAsync(string service, TimeSpan time, CancellationToken cancellationToken)
    {
        while (!await TryLockAsync(service, time, cancellationToken))
        {
            // The services' own transactions hold one table and want another: PostgreSQL has chosen us to give way.
            await Task.Delay(AgainAfter, cancellationToken);
        }
    }

    private async Task<bool> TryLockAsync(string service, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(service, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var table in await TablesAsync(connection, service, cancellationToken))
        {
            // Readers go on, as they do beside SQLite's writer.
            await using var command = new NpgsqlCommand($"LOCK TABLE \"{table}\" IN EXCLUSIVE MODE", connection, transaction);
            try
            {
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                return false;
            }
        }

        await Task.Delay(time, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        return true;
    }

    private static async Task<List<string>> TablesAsync(NpgsqlConnection connection, string service, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename", connection) { Parameters = { new() { Value = service } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return [.. (await Rows.ReadAsync(reader, cancellationToken)).Select(row => (string)row[0]!)];
    }

    private async Task<NpgsqlConnection> OpenAsync(string service, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { SearchPath = service }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
