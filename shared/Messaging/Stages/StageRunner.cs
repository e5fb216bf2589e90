using System.Collections.Concurrent;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Claims due rows of one stage, runs them as async loops, renews their claims, stores what came of them. Killing the process costs one
/// claim time; another instance over the same database adds capacity.
/// </summary>
internal sealed class StageRunner<TCommand, TDb>(
    StageRunTable<TDb> table,
    StageOutcomes<TDb> outcomes,
    StageSettings<TCommand> settings,
    StageSignal<TCommand> signal,
    IServiceScopeFactory scopes,
    IBus bus,
    TimeProvider time,
    ILogger<StageRunner<TCommand, TDb>> logger) : BackgroundService
    where TCommand : class, IStageCommand
    where TDb : ServiceDbContext
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StandDownAfter = TimeSpan.FromSeconds(20);

    private readonly string _owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<(string JobId, int Attempt), StageClaim<TDb>> _claims = new();
    private readonly ConcurrentDictionary<Task, byte> _tasks = new();
    private long _renewed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _renewed = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var written = signal.Written;
            try
            {
                await WatchClaimsAsync(stoppingToken);
                await ClaimAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database is locked or full. Claims that cannot be renewed stand down before another instance may take them.
                logger.DatabaseFailed(exception, settings.Stage);
                StandDownIfStale();
            }

            try
            {
                await Task.WhenAny(written, Task.Delay(Poll, time, stoppingToken));
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(_tasks.Keys);
    }

    private async Task ClaimAsync(CancellationToken stopping)
    {
        var free = settings.Concurrency - _claims.Count;
        if (free <= 0)
        {
            return;
        }

        foreach (var row in await table.ClaimAsync(settings.Stage, _owner, free, stopping))
        {
            logger.Claimed(row.JobId, row.Stage, row.Attempt, row.Fence);
            var claim = new StageClaim<TDb>(row, table, bus, stopping);
            _claims[(row.JobId, row.Attempt)] = claim;
            var task = Task.Run(() => WorkAsync(claim, stopping), CancellationToken.None);
            _tasks[task] = 0;
            _ = task.ContinueWith(ended => _tasks.TryRemove(ended, out _), TaskScheduler.Default);
        }
    }

    /// <summary>Renews every ten seconds, and looks every poll whether somebody wants an attempt ended.</summary>
    private async Task WatchClaimsAsync(CancellationToken cancellationToken)
    {
        if (_claims.IsEmpty)
        {
            _renewed = time.GetTimestamp();
            return;
        }

        if (time.GetElapsedTime(_renewed) >= RenewEvery)
        {
            var asked = time.GetTimestamp();
            var before = _claims.Values.ToList();
            var mine = (await table.RenewAsync(settings.Stage, _owner, cancellationToken)).ToDictionary(row => (row.JobId, row.Attempt));
            _renewed = asked;
            foreach (var claim in before.Where(claim => _claims.ContainsKey((claim.JobId, claim.Attempt))))
            {
                if (!mine.TryGetValue((claim.JobId, claim.Attempt), out var row) || row.Fence != claim.Fence)
                {
                    claim.Lose();
                }
            }
        }

        foreach (var claim in _claims.Values.Where(claim => !claim.Closing))
        {
            var row = await table.FindAsync(claim.JobId, settings.Stage, claim.Attempt, cancellationToken);
            if (row is { State: StageRunState.Closing } && row.Fence == claim.Fence)
            {
                claim.Close();
            }
        }
    }

    private void StandDownIfStale()
    {
        if (time.GetElapsedTime(_renewed) >= StandDownAfter)
        {
            foreach (var claim in _claims.Values)
            {
                claim.Lose();
            }
        }
    }

    private async Task WorkAsync(StageClaim<TDb> claim, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var runner = scope.ServiceProvider.GetRequiredService<IStageRunner<TCommand>>();
            var command = StageMessages.ReadCommand<TCommand>(claim.Row.Command!);

            if (!claim.Closing)
            {
                var outcome = await RunAsync(runner, command, claim);
                if (outcome is StageFailed failed && settings.KeepTrying)
                {
                    await claim.PublishAsync(failed, stopping);
                    await table.GiveBackAsync(claim.Row, BackOff(claim.Row.Tries), countTry: true, CancellationToken.None);
                    return;
                }

                if (outcome is not null && await StoreAsync(claim, StageRunState.Open, outcome))
                {
                    return;
                }
            }

            if (claim.Closing && !claim.Lost && !stopping.IsCancellationRequested)
            {
                await CloseAsync(runner, command, claim, stopping);
            }
            else if (stopping.IsCancellationRequested)
            {
                await table.GiveBackAsync(claim.Row, TimeSpan.Zero, countTry: false, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            // Nothing above may end the runner: the claim runs out and the row is claimed again.
            logger.Faulted(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
        }
        finally
        {
            _claims.TryRemove((claim.JobId, claim.Attempt), out _);
            claim.Dispose();
            signal.Set();
        }
    }

    /// <summary>The outcome, or null if the claim ended before there was one.</summary>
    private async Task<IStageEvent?> RunAsync(IStageRunner<TCommand> runner, TCommand command, StageClaim<TDb> claim)
    {
        try
        {
            return await runner.RunAsync(command, claim, claim.Token);
        }
        catch (OperationCanceledException) when (claim.Token.IsCancellationRequested)
        {
            return null;
        }
        catch (StageException exception)
        {
            return Failed(claim, exception.Failure);
        }
        catch (Exception exception)
        {
            logger.Faulted(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
            return Failed(claim, new Failure("internal", $"{exception.GetType().Name}: {exception.Message}", FailureKind.Internal) { Evidence = exception.StackTrace });
        }
    }

    /// <summary>True: stored and published. False: the claim is lost, or the attempt is to be closed after all.</summary>
    private async Task<bool> StoreAsync(StageClaim<TDb> claim, StageRunState from, IStageEvent outcome)
    {
        if (!await outcomes.FinishAsync(claim.Row, from, outcome, CancellationToken.None))
        {
            var row = await table.FindAsync(claim.JobId, settings.Stage, claim.Attempt, CancellationToken.None);
            if (row is { State: StageRunState.Closing } && row.Fence == claim.Fence)
            {
                claim.Close();
            }
            else
            {
                logger.ClaimLost(claim.JobId, claim.Row.Stage, claim.Attempt, claim.Fence);
                claim.Lose();
            }

            return false;
        }

        logger.Ended(claim.JobId, claim.Row.Stage, claim.Attempt, outcome.GetType().Name);
        return true;
    }

    private async Task CloseAsync(IStageRunner<TCommand> runner, TCommand command, StageClaim<TDb> claim, CancellationToken stopping)
    {
        try
        {
            await runner.CancelAsync(command, claim, stopping);
        }
        catch (Exception exception)
        {
            var delay = BackOff(claim.Row.Tries);
            logger.CancelFailed(exception, claim.JobId, claim.Row.Stage, claim.Attempt, delay);
            await table.GiveBackAsync(claim.Row, delay, countTry: true, CancellationToken.None);
            return;
        }

        await StoreAsync(claim, StageRunState.Closing, new StageCancelled { JobId = claim.JobId, Stage = settings.Stage, Attempt = claim.Attempt });
    }

    private static TimeSpan BackOff(int tries) => TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(tries, 6)));

    private StageFailed Failed(StageClaim<TDb> claim, Failure failure) =>
        new() { JobId = claim.JobId, Stage = settings.Stage, Attempt = claim.Attempt, Failure = failure };
}
