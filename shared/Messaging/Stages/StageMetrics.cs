using System.Diagnostics.Metrics;
using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Gauges of the stage runs of one database: <c>finetune.stage_runs.due</c> (the signal to add workers), <c>.claimed</c> and <c>.oldest_due_age</c>, each with
/// the tag <c>stage</c>. Instances that share a database tell the same numbers. Nothing is read while nobody listens.
/// </summary>
internal sealed class StageMetrics<TDb>(
    IDbContextFactory<TDb> databases, SqlDialect dialect, IEnumerable<MeasuredStage<TDb>> stages, IServiceProvider provider, TimeProvider time, ILogger<StageMetrics<TDb>> logger)
    : IHostedService, IDisposable
    where TDb : ServiceDbContext
{
    public const string MeterName = "FineTunePipeline.StageRuns";

    /// <summary>One question to the database serves all gauges for so long.</summary>
    public static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Meter? _meter;
    private long _readAt;
    private IReadOnlyList<(string Stage, long Due, long Claimed, double OldestDueAge)>? _read;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_meter is null)
        {
            var options = new MeterOptions(MeterName);
            _meter = provider.GetService<IMeterFactory>()?.Create(options) ?? new Meter(options);
            _meter.CreateObservableGauge("finetune.stage_runs.due", () => Measure(run => run.Due), "{run}", "Stage runs that are due and that nobody works on.");
            _meter.CreateObservableGauge("finetune.stage_runs.claimed", () => Measure(run => run.Claimed), "{run}", "Stage runs that a worker holds.");
            _meter.CreateObservableGauge("finetune.stage_runs.oldest_due_age", () => Measure(run => run.OldestDueAge), "s", "How long the oldest due stage run has waited.");
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter?.Dispose();

    private IEnumerable<Measurement<T>> Measure<T>(Func<(string Stage, long Due, long Claimed, double OldestDueAge), T> value)
        where T : struct => Read().Select(run => new Measurement<T>(value(run), new KeyValuePair<string, object?>("stage", run.Stage)));

    private IReadOnlyList<(string Stage, long Due, long Claimed, double OldestDueAge)> Read()
    {
        lock (_gate)
        {
            if (_read is null || time.GetElapsedTime(_readAt) >= ReadEvery)
            {
                _readAt = time.GetTimestamp();
                try
                {
                    _read = Ask();
                }
                catch (Exception exception)
                {
                    // A listener must not fail for it; what is not known is not told.
                    logger.NotMeasured(exception, typeof(TDb).Name);
                    _read = [];
                }
            }

            return _read;
        }
    }

    private List<(string Stage, long Due, long Claimed, double OldestDueAge)> Ask()
    {
        using var database = databases.CreateDbContext();
        database.Database.OpenConnection();
        using var command = database.Database.GetDbConnection().CreateCommand();
        (command.CommandText, command.CommandTimeout) = (dialect.CountStages, (int)Limit.TotalSeconds);
        var found = new Dictionary<string, (long Due, long Claimed, double Age)>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                found[reader.GetString(0)] = (reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3) / 1000d);
            }
        }

        return [.. stages.Select(stage => stage.Stage.ToString()).Select(name =>
        {
            var (due, claimed, age) = found.GetValueOrDefault(name);
            return (name.ToLowerInvariant(), due, claimed, age);
        })];
    }
}
