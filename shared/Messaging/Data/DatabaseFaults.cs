using Microsoft.Data.Sqlite;
using Npgsql;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Faults that are the database's, not those of who asked it: what was asked is worth asking again, for as long as it takes.</summary>
internal static class DatabaseFaults
{
    private static readonly int[] Sqlite = [SqliteCodes.Busy, SqliteCodes.Locked, SqliteCodes.IOError, SqliteCodes.Full, SqliteCodes.CannotOpen];

    /// <summary>PostgreSQL: being stopped or started, or out of connections, memory or disk.</summary>
    private static readonly string[] Postgres =
    [
        PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown, PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.TooManyConnections,
        PostgresErrorCodes.DiskFull, PostgresErrorCodes.OutOfMemory,
    ];

    /// <summary>The database is away, or has no room; or a lock on it lasted too long.</summary>
    public static bool IsOutage(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case SqliteException sqlite:
                    return Sqlite.Contains(sqlite.SqliteErrorCode);
                case PostgresException postgres:
                    return Postgres.Contains(postgres.SqlState);
                case NpgsqlException:
                    return true;
            }
        }

        return false;
    }
}
