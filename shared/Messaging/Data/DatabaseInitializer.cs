using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Makes a service's database before anything else of the process starts.</summary>
internal sealed class DatabaseInitializer<TDb>(IDbContextFactory<TDb> databases, IOptions<DatabaseOptions> options) : IHostedLifecycleService
    where TDb : ServiceDbContext
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Value.Folder);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);

        // WAL is kept in the file itself: readers do not wait for the writer.
        await database.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellationToken);
        await database.Database.EnsureCreatedAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
