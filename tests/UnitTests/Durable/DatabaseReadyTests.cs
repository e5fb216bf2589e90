using FineTunePipeline.Messaging.Health;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class DatabaseReadyTests
{
    [Fact]
    public async Task A_database_that_works_is_healthy_one_that_is_locked_is_still_ready_and_one_that_is_gone_is_not()
    {
        await using var store = new ServiceStore();
        var folder = (await store.SettingsAsync())["Database:Folder"]!;
        await using var bench = await DurableBench.StartWithoutDispatchAsync(store);
        var check = new DatabaseReady<DurableDb>(bench.Services.GetRequiredService<IDbContextFactory<DurableDb>>(), TimeProvider.System);
        Assert.Equal(HealthStatus.Healthy, await LookAsync());

        await using (var writer = bench.OpenDatabase())
        await using (await writer.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable))
        {
            Assert.Equal(HealthStatus.Degraded, await LookAsync());
        }

        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(folder))
        {
            File.Delete(file);
        }

        Assert.Equal(HealthStatus.Unhealthy, await LookAsync());
        Assert.Empty(Directory.GetFiles(folder));
        await File.WriteAllTextAsync(Path.Combine(folder, "durable.db"), new string('x', 8192));
        Assert.Equal(HealthStatus.Unhealthy, await LookAsync());

        async Task<HealthStatus> LookAsync() => (await check.CheckHealthAsync(new HealthCheckContext())).Status;
    }
}
