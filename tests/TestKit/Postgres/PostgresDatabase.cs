using DotNet.Testcontainers.Builders;
using Npgsql;
using Testcontainers.PostgreSql;
using Xunit;

namespace FineTunePipeline.TestKit.Postgres;

/// <summary>
/// A database of its own for a test class, on the real PostgreSQL that <c>tests/run</c> started and <c>FINETUNE_TEST_POSTGRES</c> names, else on one by
/// Testcontainers. Where there is neither, the first use skips the test with the reason.
/// </summary>
public sealed class PostgresDatabase : IAsyncLifetime
{
    /// <summary>One server for all; Testcontainers' reaper ends it with the process.</summary>
    private static readonly Lazy<Task<string>> Container = new(StartContainerAsync);

    private readonly string _name = $"test_{Guid.NewGuid():N}";
    private string? _server;
    private string _missing = "PostgreSQL was not asked for.";

    /// <summary>For Npgsql, with the password of a user who may do everything.</summary>
    public string ConnectionString
    {
        get
        {
            Assert.SkipWhen(_server is null, _missing);
            return new NpgsqlConnectionStringBuilder(_server) { Database = _name }.ConnectionString;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _server = Environment.GetEnvironmentVariable("FINETUNE_TEST_POSTGRES");
        if (_server is null && Environment.GetEnvironmentVariable("FINETUNE_TEST_POSTGRES_MISSING") is { } missing)
        {
            _missing = $"PostgreSQL: {missing}";
            return;
        }

        try
        {
            _server ??= await Container.Value;
        }
        catch (DockerUnavailableException)
        {
            _missing = "PostgreSQL: `bash tests/run` starts it, and no container engine answers here.";
            return;
        }

        await OnServerAsync($"CREATE DATABASE {_name}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            // With force: a test that failed may have left connections, and pools keep theirs.
            await OnServerAsync($"DROP DATABASE {_name} WITH (FORCE)");
        }
    }

    private static async Task<string> StartContainerAsync()
    {
        var container = new PostgreSqlBuilder("docker.io/library/postgres:15").Build();
        await container.StartAsync();
        return container.GetConnectionString();
    }

    private async Task OnServerAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
