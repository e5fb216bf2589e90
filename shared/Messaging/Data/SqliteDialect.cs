using System.Data;
using FineTunePipeline.Messaging.Schema;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace FineTunePipeline.Messaging.Data;

/// <summary>A file for each service.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    public override string Now => "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    public override bool OneWriter => true;

    public override string TablesExist => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'stage_runs'";

    protected override string SkipLocked => "";

    protected override string ForUpdate => "";

    protected override string Greatest => "MAX";

    public override void Use(DbContextOptionsBuilder builder, DatabaseOptions options, string service)
    {
        builder.UseSqlite($"Data Source={Path.Combine(options.Folder, service + ".db")}");
        builder.AddInterceptors(new SqlitePragmas());
    }

    /// <summary>WAL is kept in the file itself: readers do not wait for the writer.</summary>
    public override async Task PrepareAsync(ServiceDbContext database, CancellationToken cancellationToken)
    {
        var file = database.Database.GetDbConnection().DataSource;
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        await database.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellationToken);
    }

    /// <summary>Holds the write lock from its beginning: one that begins as a reader may find that it cannot become a writer.</summary>
    public override Task<IDbContextTransaction> BeginWriteAsync(DbContext database, CancellationToken cancellationToken) =>
        database.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);

    // Whoever writes has the whole file.
    public override Task LockSchemaAsync(DbContext database, CancellationToken cancellationToken) => Task.CompletedTask;

    public override string NameOf(DbContext database) => Path.GetFileName(database.Database.GetDbConnection().DataSource);

    public override Task LockStageAsync(WriteSession session, string jobId, string stage) => Task.CompletedTask;

    public override string Sql(SchemaStep step) => step.Sqlite;

    public override DatabaseUnusableException? Unusable(DbContext database, Exception exception) =>
        exception is SqliteException sqlite ? DatabaseUnusableException.Of(database, sqlite) : null;
}
