using FineTunePipeline.TestKit.Postgres;
using Npgsql;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Parts;

/// <summary>What every test on PostgreSQL builds on.</summary>
public sealed class PostgresTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Gives_back_what_was_committed_and_nothing_that_was_rolled_back()
    {
        await RunAsync("CREATE TABLE jobs (id text PRIMARY KEY, at timestamptz NOT NULL)");
        await using (var connection = await OpenAsync(database.ConnectionString))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await new NpgsqlCommand("INSERT INTO jobs VALUES ('ftjob-lost', now())", connection, transaction).ExecuteNonQueryAsync();
            await transaction.RollbackAsync();
            await new NpgsqlCommand("INSERT INTO jobs VALUES ('ftjob-任务', now())", connection).ExecuteNonQueryAsync();
        }

        Assert.Equal("ftjob-任务", await RunAsync("SELECT string_agg(id, ',') FROM jobs"));
    }

    [Fact]
    public async Task Commits_durably()
    {
        Assert.Equal("on", await RunAsync("SHOW fsync"));
        Assert.Equal("on", await RunAsync("SHOW synchronous_commit"));
    }

    [Fact]
    public async Task Lies_in_a_database_of_its_own()
    {
        await using var other = new PostgresDatabase();
        await other.InitializeAsync();
        await RunAsync("CREATE TABLE mine ()");

        await using var connection = await OpenAsync(other.ConnectionString);

        Assert.Equal(false, await new NpgsqlCommand("SELECT to_regclass('mine') IS NOT NULL", connection).ExecuteScalarAsync());
    }

    [Fact]
    public async Task Refuses_a_wrong_password()
    {
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "wrong", Pooling = false }.ConnectionString;

        var refused = await Assert.ThrowsAsync<PostgresException>(() => OpenAsync(wrong));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return connection;
    }

    private async Task<object?> RunAsync(string statement)
    {
        await using var connection = await OpenAsync(database.ConnectionString);
        return await new NpgsqlCommand(statement, connection).ExecuteScalarAsync();
    }
}
