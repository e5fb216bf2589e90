using System.Diagnostics.Metrics;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class StageMetricsTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();
    private readonly FakeTimeProvider _time = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Counts_what_is_due_and_claimed_for_each_stage_and_asks_once_in_ten_seconds()
    {
        await using var bench = await DurableBench.StartWithoutDispatchAsync(_store);
        await using var database = bench.OpenDatabase();
        var now = await bench.Services.GetRequiredService<SqlDialect>().NowAsync(database, default);
        database.StageRuns.AddRange(
            Run("due", run => run.AcceptedAt = now - 60_000),
            Run("due again", run => (run.AcceptedAt, run.NextLookAt) = (now - 90_000, now - 30_000)),
            Run("claim over", run => (run.AcceptedAt, run.ClaimedUntil, run.State) = (now - 5_000, now - 1_000, StageRunState.Closing)),
            Run("claimed", run => (run.AcceptedAt, run.ClaimedUntil) = (now - 120_000, now + 60_000)),
            Run("later", run => run.NextLookAt = now + 60_000),
            Run("of an older version", _ => { }),
            Run("finished", run => run.State = StageRunState.Finished));
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        using var metrics = new StageMetrics<DurableDb>(
            bench.Services.GetRequiredService<IDbContextFactory<DurableDb>>(), bench.Services.GetRequiredService<SqlDialect>(), [new(Stage.Train), new(Stage.Fetch)],
            new ServiceCollection().BuildServiceProvider(), _time, NullLogger<StageMetrics<DurableDb>>.Instance);
        await metrics.StartAsync(default);

        var first = Listen();
        Assert.Equal((4, 1), (first["finetune.stage_runs.due train {run}"], first["finetune.stage_runs.claimed train {run}"]));
        Assert.InRange(first["finetune.stage_runs.oldest_due_age train s"], 60, 120);
        Assert.Equal((0, 0, 0), (first["finetune.stage_runs.due fetch {run}"], first["finetune.stage_runs.claimed fetch {run}"], first["finetune.stage_runs.oldest_due_age fetch s"]));

        await database.StageRuns.ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(first, Listen());
        _time.Advance(StageMetrics<DurableDb>.ReadEvery);
        Assert.Equal(0, Listen()["finetune.stage_runs.due train {run}"]);
    }

    private static StageRun Run(string job, Action<StageRun> change)
    {
        var run = new StageRun { JobId = job, Stage = Stage.Train, Attempt = 1, State = StageRunState.Open };
        change(run);
        return run;
    }

    private Dictionary<string, double> Listen()
    {
        var told = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, heard) =>
        {
            // Benches of other tests have meters of the same name, for other stages.
            if (instrument.Meter.Name == StageMetrics<DurableDb>.MeterName)
            {
                heard.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told[$"{instrument.Name} {tags[0].Value} {instrument.Unit}"] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => told[$"{instrument.Name} {tags[0].Value} {instrument.Unit}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return told.Where(pair => pair.Key.Contains(" train ", StringComparison.Ordinal) || pair.Key.Contains(" fetch ", StringComparison.Ordinal)).ToDictionary();
    }
}
