using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Schema;
using FineTunePipeline.UnitTests.Durable;
using FineTunePipeline.UnitTests.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Postgres;

public sealed class PostgresSchemaTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Processes_that_start_at_once_make_one_schema()
    {
        var settings = await _store.SettingsAsync();
        var benches = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DurableBench.StartWithoutDispatchAsync(settings)));
        foreach (var bench in benches)
        {
            await using var database = bench.OpenDatabase();
            Assert.True(database.Database.IsNpgsql());
            Assert.Equal(0, await database.Notes.CountAsync());
        }

        foreach (var bench in benches)
        {
            await bench.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_newer_database_refuses_an_older_program()
    {
        await using (await DurableBench.StartWithoutDispatchAsync(_store))
        {
            await ExecuteAsync("UPDATE durable.schema_versions SET \"Version\" = 99 WHERE \"Part\" = 'messaging'");
        }

        var refused = await Assert.ThrowsAsync<DatabaseTooNewException>(() => DurableBench.StartWithoutDispatchAsync(_store));
        Assert.Contains("was written by a newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_with_what_to_set_and_without_the_password()
    {
        var settings = await _store.SettingsAsync();
        var connection = new NpgsqlConnectionStringBuilder(settings["Database:ConnectionString"]) { Password = "not-this-one" };
        settings["Database:ConnectionString"] = connection.ConnectionString;

        var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(() => DurableBench.StartWithoutDispatchAsync(settings));
        Assert.Contains("does not let this user in: set Username and Password in Database:ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-this-one", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told_with_what_to_do()
    {
        var settings = new Dictionary<string, string?> { ["Database:Provider"] = "postgres", ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x" };
        var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(() => DurableBench.StartWithoutDispatchAsync(settings));
        Assert.Contains("does not answer: start the server", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workers_that_claim_at_once_never_share_a_row_and_its_fence_only_grows()
    {
        await using var bench = new StageBench(_store);
        var worker = await bench.AddAsync();
        var jobs = Enumerable.Range(0, 40).Select(i => $"ftjob-{i:D32}").ToList();
        await Task.WhenAll(jobs.Select(job => worker.Inbox.AcceptAsync(StageBench.Command(job: job), default)));

        var fences = jobs.ToDictionary(job => job, _ => 1L);
        for (var round = 0; round < 5; round++)
        {
            var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => worker.Table.ClaimAsync(StageBench.TheStage, $"owner {i}", 10, default)));
            var rows = claimed.SelectMany(batch => batch).ToList();
            Assert.Equal(rows.Count, rows.Select(row => row.JobId).Distinct().Count());
            foreach (var row in rows)
            {
                Assert.True(row.Fence > fences[row.JobId], $"{row.JobId} has the fence {row.Fence} after {fences[row.JobId]}.");
                fences[row.JobId] = row.Fence;
            }

            await Task.WhenAll(rows.Select(row => worker.Table.GiveBackAsync(row, TimeSpan.Zero, countTry: false, default)));
        }

        Assert.All(fences.Values, fence => Assert.True(fence > 1));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection((await _store.SettingsAsync())["Database:ConnectionString"]);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
