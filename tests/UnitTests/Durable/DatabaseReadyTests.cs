using FineTunePipeline.Messaging.Health;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class DatabaseReadyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_database_that_works_is_healthy_one_that_is_locked_is_still_ready_and_one_that_is_gone_is_not()
    {
        await using var bench = await DurableBench.StartWithoutDispatchAsync(_folder.Path);
        var check = new DatabaseReady<DurableDb>(bench.Services.GetRequiredService<IDbContextFactory<DurableDb>>(), TimeProvider.System);
        Assert.Equal(HealthStatus.Healthy, await LookAsync());

        await using (var writer = bench.OpenDatabase())
        await using (await writer.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable))
        {
            Assert.Equal(HealthStatus.Degraded, await LookAsync());
        }

        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            File.Delete(file);
        }

        Assert.Equal(HealthStatus.Unhealthy, await LookAsync());
        Assert.Empty(Directory.GetFiles(_folder.Path));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "durable.db"), new string('x', 8192));
        Assert.Equal(HealthStatus.Unhealthy, await LookAsync());

        async Task<HealthStatus> LookAsync() => (await check.CheckHealthAsync(new HealthCheckContext())).Status;
    }
}
