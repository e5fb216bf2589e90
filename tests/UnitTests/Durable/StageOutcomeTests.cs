using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class StageOutcomeTests : IAsyncDisposable
{
    private const string Queue = "stage-validate";

    private readonly ServiceStore _store = new();
    private readonly string _job = JobId.New();

    private ValidateJob Command => new() { JobId = _job, Attempt = 1, Spec = new JobSpec { Model = "/model", Dataset = "/data" } };

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task An_outcome_outlives_the_process_that_stored_it_and_is_told_once()
    {
        await using (var dead = await DurableBench.StartWithoutDispatchAsync(_store))
        {
            var claim = await ClaimAsync(dead);
            Assert.True(await Outcomes(dead).FinishAsync(claim, StageRunState.Open, [], InstantRunner.Outcome(_job, 1), CancellationToken.None));
        }

        await using var next = await DurableBench.StartAsync(_store);
        await next.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "validated"));
        await next.UntilAsync(database => database.Set<OutboxRow>().AllAsync(row => row.SentAt != null));
        Assert.Equal(1, await next.CountAsync("validated", _job));
    }

    [Fact]
    public async Task What_is_told_with_an_outcome_outlives_the_process_too_and_is_not_told_without_it()
    {
        var resumed = new StageResumed { JobId = _job, Stage = Stage.Validate, Attempt = 1, Entry = 2 };
        await using (var dead = await DurableBench.StartWithoutDispatchAsync(_store))
        {
            var claim = await ClaimAsync(dead);
            await using var database = dead.OpenDatabase();
            await MoveFenceAsync(database, 1);
            Assert.False(await Outcomes(dead).FinishAsync(claim, StageRunState.Open, [resumed], InstantRunner.Outcome(_job, 1), CancellationToken.None));
            Assert.Equal(0, await database.Set<OutboxRow>().CountAsync());

            await MoveFenceAsync(database, -1);
            Assert.True(await Outcomes(dead).FinishAsync(claim, StageRunState.Open, [resumed], InstantRunner.Outcome(_job, 1), CancellationToken.None));
        }

        await using var next = await DurableBench.StartWithoutDispatchAsync(_store);
        await using var left = next.OpenDatabase();
        var types = await left.Set<OutboxRow>().OrderBy(row => row.Seq).Select(row => row.MessageTypes).ToListAsync();
        Assert.Equal(2, types.Count);
        Assert.Contains(nameof(StageResumed), types[0], StringComparison.Ordinal);
        Assert.Contains(nameof(JobValidated), types[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runner_that_lost_its_claim_stores_nothing_and_tells_nothing()
    {
        await using var bench = await DurableBench.StartWithoutDispatchAsync(_store);
        var claim = await ClaimAsync(bench);
        await using var database = bench.OpenDatabase();
        await MoveFenceAsync(database, 1);

        Assert.False(await Outcomes(bench).FinishAsync(claim, StageRunState.Open, [], InstantRunner.Outcome(_job, 1), CancellationToken.None));
        Assert.Equal((0, StageRunState.Open), (await database.Set<OutboxRow>().CountAsync(), (await database.StageRuns.AsNoTracking().SingleAsync()).State));
    }

    [Fact]
    public async Task A_command_that_comes_again_after_the_end_is_answered_with_the_stored_outcome()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        await bench.SendAsync(Queue, Command);
        await bench.UntilAsync(database => database.Notes.AnyAsync(note => note.Kind == "validated"));
        await bench.SendAsync(Queue, Command);
        await bench.UntilAsync(async database => await database.Notes.CountAsync(note => note.Kind == "validated") == 2);

        await using var database = bench.OpenDatabase();
        Assert.Equal(StageRunState.Finished, (await database.StageRuns.SingleAsync()).State);
        Assert.Equal(2, await database.Set<OutboxRow>().CountAsync());
    }

    [Fact]
    public async Task A_cancel_that_read_the_row_before_its_runner_finished_is_found_out()
    {
        await using var bench = await DurableBench.StartWithoutDispatchAsync(_store);
        var claim = await ClaimAsync(bench);
        await using var database = bench.OpenDatabase();
        (await database.StageRuns.SingleAsync()).State = StageRunState.Closing;
        Assert.True(await Outcomes(bench).FinishAsync(claim, StageRunState.Open, [], InstantRunner.Outcome(_job, 1), CancellationToken.None));

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => database.SaveChangesAsync());
    }

    private static Task MoveFenceAsync(DurableDb database, int by) =>
        database.StageRuns.ExecuteUpdateAsync(run => run.SetProperty(row => row.Fence, row => row.Fence + by));

    private static StageRunTable<DurableDb> Table(DurableBench bench) => bench.Services.GetRequiredService<StageRunTable<DurableDb>>();

    private static StageOutcomes<DurableDb> Outcomes(DurableBench bench) => bench.Services.GetRequiredService<StageOutcomes<DurableDb>>();

    /// <summary>The command came by the bus, and a runner claimed its row.</summary>
    private async Task<StageRun> ClaimAsync(DurableBench bench)
    {
        await bench.SendAsync(Queue, Command);
        await bench.UntilAsync(database => database.StageRuns.AnyAsync());
        return (await Table(bench).ClaimAsync(Stage.Validate, "runner", 1, CancellationToken.None)).Single();
    }
}
