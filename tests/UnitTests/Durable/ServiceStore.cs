using FineTunePipeline.TestKit.Storage;
using Microsoft.Data.Sqlite;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>
/// Where a test's services keep their databases: here SQLite files. The integration tests compile these tests a second time, with a class of this name that
/// is a PostgreSQL database.
/// </summary>
internal sealed class ServiceStore : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The services' settings.</summary>
    public Task<Dictionary<string, string?>> SettingsAsync() => Task.FromResult(new Dictionary<string, string?> { ["Database:Folder"] = _folder.Path });

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
