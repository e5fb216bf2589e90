using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Durable;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>One database, and the workers over it: each with its own bus, clock and pool of connections, as processes have them.</summary>
internal sealed class StageBench(ServiceStore store) : IAsyncDisposable
{
    /// <summary>The lease of a command whose work is done on the worker's computer, for workers to whom that matters.</summary>
    public const string Here = "here";

    public const string Job = "ftjob-00000000000000000000000000000001";
    /// <summary>Any but release, whose attempts are apart from each other.</summary>
    public const Stage TheStage = Stage.Train;

    private readonly List<StageWorker> _workers = [];

    /// <summary>A worker that does not run yet; its inbox and its table can be used.</summary>
    public async Task<StageWorker> AddAsync(int concurrency = 4, bool keepTrying = false, Stage stage = TheStage, int here = 0)
    {
        var worker = await StageWorker.CreateAsync(store, concurrency, keepTrying, stage, here);
        _workers.Add(worker);
        return worker;
    }

    public async Task<StageWorker> StartAsync(int concurrency = 4, bool keepTrying = false, Stage stage = TheStage, int here = 0)
    {
        var worker = await AddAsync(concurrency, keepTrying, stage, here);
        await worker.StartAsync();
        return worker;
    }

    public static ReleaseHost Command(int attempt = 1, string job = Job, string lease = "lease") => new() { JobId = job, Attempt = attempt, LeaseId = lease, Reason = "test" };

    public static CancelStage Cancel(int attempt = 1, string job = Job) => new() { JobId = job, Stage = TheStage, Attempt = attempt };

    public static HostReleased Released(StageContext context) => new()
    {
        JobId = context.JobId,
        Attempt = context.Attempt,
        LeaseId = "lease",
        Cost = context.Fence,
        Currency = "CNY",
        Statement = new(new string('a', 64), 1),
    };

    public async Task<IReadOnlyList<StageRun>> RowsAsync(StageWorker? through = null)
    {
        await using var database = Database(through);
        return await database.StageRuns.AsNoTracking().OrderBy(row => row.JobId).ThenBy(row => row.Attempt).ToListAsync();
    }

    public async Task<StageRun> RowAsync(int attempt = 1, string job = Job, StageWorker? through = null) =>
        (await RowsAsync(through)).Single(row => row.JobId == job && row.Attempt == attempt);

    /// <summary>Waits until the first attempt's row is as wanted.</summary>
    public async Task UntilAsync(Func<StageRun, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!wanted(await RowAsync()))
        {
            Assert.False(limit.IsCancellationRequested, "The row never became what was wanted.");
            await Task.Yield();
        }
    }

    /// <summary>The time of all claims is over by the database's clock: what happens to a worker that slept.</summary>
    public Task ExpireAsync(StageWorker? through = null) => ClaimUntilAsync(1, through);

    /// <summary>All claims were taken when the clock was a day ahead.</summary>
    public Task SetClockBackAsync() => ClaimUntilAsync(TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds(), null);

    /// <summary>All claims end in five seconds.</summary>
    public Task ShortenAsync() => ClaimUntilAsync(TimeProvider.System.GetUtcNow().AddSeconds(5).ToUnixTimeMilliseconds(), null);

    /// <summary>What waits for a later look need not wait.</summary>
    public async Task DueNowAsync()
    {
        await using var database = Database(null);
        await database.StageRuns.ExecuteUpdateAsync(row => row.SetProperty(x => x.NextLookAt, 0L));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await store.DisposeAsync();
    }

    private async Task ClaimUntilAsync(long until, StageWorker? through)
    {
        await using var database = Database(through);
        await database.StageRuns.Where(row => row.ClaimedUntil != null).ExecuteUpdateAsync(row => row.SetProperty(x => x.ClaimedUntil, until));
    }

    private StageTestDb Database(StageWorker? through) => (through ?? _workers[0]).Database();
}
