using FineTunePipeline.TestKit.Postgres;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>Where a test's services keep their databases: a PostgreSQL database of its own. The unit tests have a class of this name that is a folder of SQLite files.</summary>
internal sealed class ServiceStore : IAsyncDisposable
{
    private PostgresDatabase? _database;

    /// <summary>The services' settings.</summary>
    public async Task<Dictionary<string, string?>> SettingsAsync()
    {
        if (_database is null)
        {
            _database = new PostgresDatabase();
            await _database.InitializeAsync();
        }

        return new() { ["Database:Provider"] = "postgres", ["Database:ConnectionString"] = _database.ConnectionString };
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is { } database)
        {
            _database = null;
            await database.DisposeAsync();
        }
    }
}
