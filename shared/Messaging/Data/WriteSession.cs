using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Data;

/// <summary>A write transaction that is under way, for statements that need no change tracking.</summary>
internal sealed class WriteSession(DbConnection connection, DbTransaction transaction, long now, Dictionary<string, DbCommand>? prepared = null)
{
    public DbTransaction Transaction => transaction;

    /// <summary>The database's time, in milliseconds since 1970, as it was when the transaction began.</summary>
    public long Now => now;

    /// <summary>Makes what a context asks and saves part of this transaction, until that is disposed of.</summary>
    public async Task<IAsyncDisposable> JoinAsync(ServiceDbContext database)
    {
        var own = database.Database.GetConnectionString();
        await database.Database.CloseConnectionAsync();
        database.Database.SetDbConnection(connection);
        await database.Database.UseTransactionAsync(transaction);
        database.Database.AutoSavepointsEnabled = false;
        return new Joined(database, own, database.OpenForWrites());
    }

    /// <summary>Executes a statement whose values are <c>@p0</c>, <c>@p1</c>, …; answers what its first column of its first row is, if it has one.</summary>
    public async Task<object?> ExecuteAsync(string sql, params object?[] values)
    {
        var command = prepared?.GetValueOrDefault(sql) ?? Create(sql, values.Length);
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        try
        {
            return await command.ExecuteScalarAsync();
        }
        finally
        {
            if (prepared is null)
            {
                await command.DisposeAsync();
            }
        }
    }

    private DbCommand Create(string sql, int values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{i}";
            command.Parameters.Add(parameter);
        }

        if (prepared is not null)
        {
            prepared[sql] = command;
        }

        return command;
    }

    private sealed class Joined(ServiceDbContext database, string? ownConnection, IDisposable writes) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            writes.Dispose();
            await database.Database.UseTransactionAsync(null);
            database.Database.SetDbConnection(null);
            database.Database.SetConnectionString(ownConnection);
        }
    }
}
