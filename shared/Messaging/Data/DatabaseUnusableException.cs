using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FineTunePipeline.Messaging.Data;

/// <summary>A database file that cannot be used as it is; the message says what a person can do.</summary>
public sealed class DatabaseUnusableException : Exception
{
    private DatabaseUnusableException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Null if the server will answer once what is wrong there has passed.</summary>
    internal static DatabaseUnusableException? Of(DbContext database, NpgsqlException exception)
    {
        var server = $"{database.Database.GetDbConnection().Database}' on {database.Database.GetDbConnection().DataSource}";
        var advice = exception.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                "does not let this user in: set Username and Password in Database:ConnectionString (FINETUNE__Database__ConnectionString) to what the server knows",
            PostgresErrorCodes.InvalidCatalogName => "does not exist: create it, or name another one in Database:ConnectionString (FINETUNE__Database__ConnectionString)",
            PostgresErrorCodes.InsufficientPrivilege => "does not let this user make schemas: grant it CREATE on the database",
            null => "does not answer: start the server, or set Host and Port in Database:ConnectionString (FINETUNE__Database__ConnectionString)",
            _ => null,
        };
        return advice is null ? null : new DatabaseUnusableException($"The PostgreSQL database '{server} {advice}. ({exception.Message})", exception);
    }

    /// <summary>Null if the fault is not one of the file.</summary>
    internal static DatabaseUnusableException? Of(DbContext database, SqliteException exception)
    {
        var file = database.Database.GetDbConnection().DataSource;
        var advice = exception.SqliteErrorCode switch
        {
            SqliteCodes.ReadOnly => "cannot be written: give this user the right to write it and its folder",
            SqliteCodes.Corrupt => "is damaged: restore it from a copy, or move it away to begin with an empty one (its jobs are lost then)",
            SqliteCodes.Full => "cannot grow, the disk is full: free space on it",
            SqliteCodes.CannotOpen => "cannot be opened: check that its folder exists and that this user may read and write there",
            SqliteCodes.NotADatabase => "is not a database: something else has written there; restore it from a copy, or move it away to begin with an empty one (its jobs are lost then)",
            _ => null,
        };
        return advice is null ? null : new DatabaseUnusableException($"The database '{file}' {advice}. ({exception.Message})", exception);
    }
}
