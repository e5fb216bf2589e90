using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Schema;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Makes, or upgrades, a service's database before anything else of the process starts.</summary>
internal sealed class DatabaseInitializer<TDb>(
    IDbContextFactory<TDb> databases, IOptions<DatabaseOptions> options, OutboxSettings settings, SqlDialect dialect, ILogger<DatabaseInitializer<TDb>> logger)
    : IHostedLifecycleService
    where TDb : ServiceDbContext
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Value.Folder);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        try
        {
            await OpenAsync(database, cancellationToken);
        }
        catch (SqliteException exception) when (DatabaseUnusableException.Of(database, exception) is { } unusable)
        {
            throw unusable;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task OpenAsync(TDb database, CancellationToken cancellationToken)
    {
        // WAL is kept in the file itself: readers do not wait for the writer.
        await database.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellationToken);
        await SchemaUpgrade.RunAsync(database, logger, cancellationToken);
        if (settings.TransportForgets)
        {
            // This process alone uses the folder (it is locked), so whoever held claims is dead: nobody waits for them to run out.
            await database.Database.ExecuteSqlRawAsync(dialect.SendAgain, cancellationToken);
            await database.StageRuns.Where(run => run.ClaimedUntil != null)
                .ExecuteUpdateAsync(run => run.SetProperty(row => row.ClaimedUntil, (long?)null).SetProperty(row => row.Owner, (string?)null), cancellationToken);
        }
    }
}
