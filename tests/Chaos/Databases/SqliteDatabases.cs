using Microsoft.Data.Sqlite;

namespace FineTunePipeline.Chaos.Databases;

/// <summary>A file for each service.</summary>
internal sealed class SqliteDatabases(ChaosFolder folder) : IServiceDatabases
{
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    public async Task<IReadOnlyList<object?[]>> ReadAsync(string service, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(service, SqliteOpenMode.ReadOnly, cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await Rows.ReadAsync(reader, cancellationToken);
    }

    public async Task LockAsync(string service, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(service, SqliteOpenMode.ReadWrite, cancellationToken);
        await using var transaction = connection.BeginTransaction(deferred: false);
        await Task.Delay(time, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
    }

    private async Task<SqliteConnection> OpenAsync(string service, SqliteOpenMode mode, CancellationToken cancellationToken)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.Databases, service + ".db"), Mode = mode, DefaultTimeout = 60 };
        var connection = new SqliteConnection(source.ToString());
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
