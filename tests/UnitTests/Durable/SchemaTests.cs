using FineTunePipeline.Artifacts.Data;
using FineTunePipeline.Conversion.Data;
using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Evaluation.Data;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Schema;
using FineTunePipeline.Orchestrator.Data;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.Training.Data;
using FineTunePipeline.UnitTests.Architecture;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class SchemaTests : IDisposable
{
    private static readonly Dictionary<string, Func<string, ServiceDbContext>> Services = new()
    {
        ["artifacts"] = file => new ArtifactsDbContext(Options<ArtifactsDbContext>(file)),
        ["conversion"] = file => new ConversionDbContext(Options<ConversionDbContext>(file)),
        ["deployment"] = file => new DeploymentDbContext(Options<DeploymentDbContext>(file)),
        ["evaluation"] = file => new EvaluationDbContext(Options<EvaluationDbContext>(file)),
        ["gateway"] = file => new GatewayDbContext(Options<GatewayDbContext>(file)),
        ["provisioning"] = file => new ProvisioningDbContext(Options<ProvisioningDbContext>(file)),
        ["training"] = file => new TrainingDbContext(Options<TrainingDbContext>(file)),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Services.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_database_of_the_first_version_becomes_what_a_new_one_is(string service)
    {
        var (old, fresh) = (Path.Combine(_folder.Path, "old.db"), Path.Combine(_folder.Path, "fresh.db"));
        await ExecuteAsync(old, await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests/TestKit/Data/schemas", service + "-1.sql")));
        foreach (var file in new[] { old, fresh })
        {
            await using var database = Services[service](file);
            await SchemaUpgrade.RunAsync(database, new SqliteDialect(), NullLogger.Instance, CancellationToken.None);
        }

        var expected = await DescribeAsync(fresh);
        Assert.Contains(expected, line => line.StartsWith("outbox.Body", StringComparison.Ordinal));
        Assert.Equal(expected, await DescribeAsync(old));
    }

    [Fact]
    public async Task An_outcome_that_was_stored_and_not_published_is_brought_about_again()
    {
        var file = Path.Combine(_folder.Path, "old.db");
        await ExecuteAsync(file, await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests/TestKit/Data/schemas/training-1.sql")));
        await ExecuteAsync(file, """
            INSERT INTO stage_runs VALUES ('a', 'Train', 1, 'Finished', '{}', 3, NULL, NULL, 9, NULL, 'T', '{}', 0, 0);
            INSERT INTO stage_runs VALUES ('b', 'Train', 1, 'Finished', '{}', 3, NULL, NULL, 9, NULL, 'T', '{}', 1, 0);
            INSERT INTO stage_runs VALUES ('c', 'Train', 1, 'Closed', '{}', 3, NULL, NULL, 9, NULL, 'T', '{}', 0, 0);
            """);
        await using var database = Services["training"](file);
        await SchemaUpgrade.RunAsync(database, new SqliteDialect(), NullLogger.Instance, CancellationToken.None);

        var states = await database.StageRuns.OrderBy(run => run.JobId).Select(run => run.State).ToListAsync();
        Assert.Equal([StageRunState.Open, StageRunState.Finished, StageRunState.Closing], states);
    }

    [Fact]
    public async Task A_newer_database_refuses_an_older_program()
    {
        var file = Path.Combine(_folder.Path, "orchestrator.db");
        await using var database = new OrchestratorDbContext(Options<OrchestratorDbContext>(file));
        await SchemaUpgrade.RunAsync(database, new SqliteDialect(), NullLogger.Instance, CancellationToken.None);
        await SchemaUpgrade.RunAsync(database, new SqliteDialect(), NullLogger.Instance, CancellationToken.None);
        await ExecuteAsync(file, "UPDATE schema_versions SET Version = 99 WHERE Part = 'messaging'");

        var refused = await Assert.ThrowsAsync<DatabaseTooNewException>(() => SchemaUpgrade.RunAsync(database, new SqliteDialect(), NullLogger.Instance, CancellationToken.None));
        Assert.Contains("'orchestrator.db' was written by a newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told_with_its_name_and_what_to_do()
    {
        await using var store = new ServiceStore();
        var file = Path.Combine((await store.SettingsAsync())["Database:Folder"]!, "durable.db");
        await File.WriteAllTextAsync(file, new string('x', 8192));

        var unusable = await Assert.ThrowsAsync<DatabaseUnusableException>(() => DurableBench.StartWithoutDispatchAsync(store));
        Assert.Contains($"'{file}' is not a database", unusable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_that_start_at_once_upgrade_once()
    {
        var file = Path.Combine(_folder.Path, "old.db");
        await ExecuteAsync(file, await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests/TestKit/Data/schemas/gateway-1.sql")));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var database = Services["gateway"](file);
            await SchemaUpgrade.RunAsync(database, new SqliteDialect(), NullLogger.Instance, CancellationToken.None);
        })));
        Assert.Contains(await DescribeAsync(file), line => line.StartsWith("inbox.", StringComparison.Ordinal));
    }

    private static DbContextOptions<TDb> Options<TDb>(string file)
        where TDb : DbContext => new DbContextOptionsBuilder<TDb>().UseSqlite($"Data Source={file};Pooling=False").Options;

    private static async Task ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = new SqliteCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every column and every index.</summary>
    private static async Task<IReadOnlyList<string>> DescribeAsync(string file)
    {
        const string Question = """
            SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
            UNION ALL SELECT name || ': ' || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1
            """;
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = new SqliteCommand(Question, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
