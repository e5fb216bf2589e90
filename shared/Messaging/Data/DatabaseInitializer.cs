using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Makes, or upgrades, a service's database before anything else of the process starts.</summary>
internal sealed class DatabaseInitializer<TDb>(
    IDbContextFactory<TDb> databases, OutboxSettings settings, SqlDialect dialect, ILogger<DatabaseInitializer<TDb>> logger)
    : IHostedLifecycleService
    where TDb : ServiceDbContext
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        try
        {
            await OpenAsync(database, cancellationToken);
        }
        catch (Exception exception) when (dialect.Unusable(database, exception) is { } unusable)
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
        await dialect.PrepareAsync(database, cancellationToken);
        await SchemaUpgrade.RunAsync(database, dialect, logger, cancellationToken);
        if (settings.TransportForgets)
        {
            // This process alone uses the folder (it is locked), so whoever held claims is dead: nobody waits for them to run out.
            await database.Database.ExecuteSqlRawAsync(SqlDialect.SendAgain, cancellationToken);
            await database.StageRuns.Where(run => run.ClaimedUntil != null)
                .ExecuteUpdateAsync(run => run.SetProperty(row => row.ClaimedUntil, (long?)null).SetProperty(row => row.Owner, (string?)null), cancellationToken);
        }
        else
        {
            await database.Database.ExecuteSqlRawAsync(SqlDialect.SendForgotten, cancellationToken);
        }
    }
}
