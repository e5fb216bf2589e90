using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.TestKit.Stages;
using FineTunePipeline.Training.Data;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class CheckpointTableTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private readonly TestDatabase<TrainingDbContext> _database = new(options => new TrainingDbContext(options));
    private readonly CheckpointTable _table;

    public CheckpointTableTests() => _table = new CheckpointTable(_database, _database.Writes);

    [Fact]
    public async Task Keeps_the_last_two_of_a_job_and_leaves_other_jobs_alone()
    {
        var (claim, other) = (Claimed("job-a"), Claimed("job-b"));
        await CommitAsync(other, 1);
        foreach (var step in new[] { 10, 20, 30 })
        {
            await CommitAsync(claim, step);
        }

        Assert.Equal([30, 20], (await _table.NewestFirstAsync("job-a", default)).Select(row => row.Step));
        Assert.Equal([1], (await _table.NewestFirstAsync("job-b", default)).Select(row => row.Step));
    }

    [Fact]
    public async Task Keeps_the_best_one_however_old_it_is_until_there_is_a_better_one()
    {
        var claim = Claimed("job");
        foreach (var (step, best) in new[] { (10, 10), (20, 10), (30, 10), (40, 10) })
        {
            await CommitAsync(claim, step, best);
        }

        Assert.Equal([40, 30, 10], (await _table.NewestFirstAsync("job", default)).Select(row => row.Step));

        await CommitAsync(claim, 50, best: 50);

        Assert.Equal([50, 40], (await _table.NewestFirstAsync("job", default)).Select(row => row.Step));
    }

    [Fact]
    public async Task Refuses_a_commit_whose_claim_was_lost()
    {
        var old = Claimed("job");
        await CommitAsync(old, 10);
        _database.Claim(old.Again(nextFence: 2), Stage.Train);

        await Assert.ThrowsAsync<OperationCanceledException>(() => CommitAsync(old, 20));

        Assert.Equal([10], (await _table.NewestFirstAsync("job", default)).Select(row => row.Step));
    }

    [Fact]
    public async Task Refuses_a_commit_of_an_attempt_that_a_newer_one_closes()
    {
        var old = Claimed("job");
        await using (var database = _database.CreateDbContext())
        {
            var table = new StageRunTable<TrainingDbContext>(_database, _database.Queue, new SqliteDialect());
            await _database.Queue.RunAsync(null, session => table.AcceptAsync(session, database, "job", Stage.Train, 2, "{}"), default);
        }

        await Assert.ThrowsAsync<OperationCanceledException>(() => CommitAsync(old, 20));

        Assert.Empty(await _table.NewestFirstAsync("job", default));
    }

    [Fact]
    public async Task Replaces_a_checkpoint_of_the_same_step()
    {
        var claim = Claimed("job");
        await CommitAsync(claim, 10);
        await _table.CommitAsync(claim, 10, new ArtifactReference(new string('d', 64), 9), null, Now, default);

        var row = Assert.Single(await _table.NewestFirstAsync("job", default));
        Assert.Equal((new string('d', 64), 9), (row.ManifestSha256, row.ManifestBytes));
    }

    public void Dispose() => _database.Dispose();

    private RecordedClaim Claimed(string jobId)
    {
        var claim = new RecordedClaim(jobId);
        _database.Claim(claim, Stage.Train);
        return claim;
    }

    private Task CommitAsync(RecordedClaim claim, int step, int? best = null) =>
        _table.CommitAsync(claim, step, new ArtifactReference(new string('c', 64), 5), best, Now, default);
}
