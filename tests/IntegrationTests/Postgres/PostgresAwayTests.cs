using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.UnitTests.Durable;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Postgres;

public sealed class PostgresAwayTests : IAsyncDisposable
{
    private const int Notes = 60;

    private readonly ServiceStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_server_that_cuts_every_connection_again_and_again_costs_no_message_and_doubles_none()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        for (var i = 0; i < Notes; i++)
        {
            await bench.SendAsync("notes", new WriteNote { JobId = JobId.New(), Text = $"note {i}" });
            if (i % 10 == 5)
            {
                await CutAsync();
            }
        }

        await using var watch = new NpgsqlConnection(await ConnectionStringAsync());
        await watch.OpenAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await CountAsync(watch, "SELECT COUNT(*) FROM durable.notes WHERE \"Kind\" = 'heard'") < Notes)
        {
            await Task.Delay(50, limit.Token);
        }

        Assert.Equal(Notes, await CountAsync(watch, "SELECT COUNT(*) FROM durable.notes WHERE \"Kind\" = 'written'"));
        Assert.Equal(Notes, await CountAsync(watch, "SELECT COUNT(*) FROM durable.notes WHERE \"Kind\" = 'heard'"));
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task CutAsync()
    {
        await using var connection = new NpgsqlConnection(await ConnectionStringAsync());
        await connection.OpenAsync();
        await CountAsync(connection, "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    private async Task<string> ConnectionStringAsync() =>
        new NpgsqlConnectionStringBuilder((await _store.SettingsAsync())["Database:ConnectionString"]) { Pooling = false }.ConnectionString;
}
