using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.TestKit.Stages;

/// <summary>A service's real database in a file of its own.</summary>
public sealed class TestDatabase<TDb> : IDbContextFactory<TDb>, IDisposable
    where TDb : ServiceDbContext
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"finetune-test-{Guid.NewGuid():N}.db");
    private readonly Func<DbContextOptions<TDb>, TDb> _create;
    private readonly DbContextOptions<TDb> _options;

    public TestDatabase(Func<DbContextOptions<TDb>, TDb> create)
    {
        _create = create;
        _options = new DbContextOptionsBuilder<TDb>().UseSqlite($"Data Source={_file};Pooling=False").Options;
        Queue = new WriteQueue<TDb>(this, new SqliteDialect());
        using var database = CreateDbContext();
        database.Database.EnsureCreated();
    }

    /// <summary>As a service has it.</summary>
    public ClaimedWrites<TDb> Writes => new(this, Queue, new SqliteDialect());

    internal WriteQueue<TDb> Queue { get; }

    public TDb CreateDbContext() => _create(_options);

    /// <summary>Makes a claim the current one of its stage, as the stage runner does; older ones of the same attempt are lost by that.</summary>
    public void Claim(StageContext claim, Stage stage)
    {
        using var database = CreateDbContext();
        var row = database.StageRuns.Find(claim.JobId, stage, claim.Attempt);
        if (row is null)
        {
            database.StageRuns.Add(row = new StageRun { JobId = claim.JobId, Stage = stage, Attempt = claim.Attempt, State = StageRunState.Open });
        }

        row.Fence = claim.Fence;
        database.SaveChanges();
    }

    public void Dispose()
    {
        _ = Queue.DisposeAsync().AsTask();
        File.Delete(_file);
        File.Delete(_file + "-wal");
        File.Delete(_file + "-shm");
    }
}
