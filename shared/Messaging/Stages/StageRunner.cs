using System.Collections.Concurrent;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Diagnostics;
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
    private readonly ConcurrentDictionary<(string JobId, int Attempt, long Fence), StageClaim<TDb>> _claims = new();
    private readonly ConcurrentDictionary<Task, byte> _tasks = new();
    private long _renewed;
    private long _looked;
    private volatile bool _moreDue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Interlocked.Exchange(ref _renewed, time.GetTimestamp());

        // Beside the loop, because a locked database can hold the loop for longer than a claim lasts.
        await using var watchdog = time.CreateTimer(_ => StandDownIfStale(), null, Poll, Poll);

        await LoopAsync(stoppingToken);
        await Task.WhenAll(_tasks.Keys);
    }

    /// <summary>A round at each poll, and as soon as something was written.</summary>
    private async Task LoopAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var written = signal.Written;
            try
            {
                await HoldAndClaimAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                logger.DatabaseFailed(exception, settings.Stage);
            }

            await Task.WhenAny(written, Task.Delay(Poll, time, stopping));
        }
    }

    private async Task HoldAndClaimAsync(CancellationToken stopping)
    {
        await RenewAsync(stopping);
        await FindClosingAsync(stopping);
        await ClaimAsync(stopping);
    }

    /// <summary>Renews every ten seconds.</summary>
    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        if (_claims.IsEmpty)
        {
            Interlocked.Exchange(ref _renewed, asked);
            return;
        }

        if (time.GetElapsedTime(Interlocked.Read(ref _renewed)) < RenewEvery)
        {
            return;
        }

        var held = _claims.ToArray();
        var mine = (await table.RenewAsync(settings.Stage, _owner, cancellationToken)).ToDictionary(row => (row.JobId, row.Attempt, row.Fence));
        Interlocked.Exchange(ref _renewed, asked);
        foreach (var (key, claim) in held)
        {
            if (!mine.Remove(key))
            {
                claim.Lose();
            }
        }

        // Nobody works on what is left: storing its outcome failed. Renewed with the others it would never be claimed again.
        foreach (var orphan in mine.Values)
        {
            await table.GiveBackAsync(orphan, TimeSpan.Zero, countTry: false, cancellationToken);
        }
    }

    /// <summary>Looks whether somebody wants attempts ended: at once if this process's inbox took in such a wish, else at each poll.</summary>
    private async Task FindClosingAsync(CancellationToken cancellationToken)
    {
        if (_claims.IsEmpty || (!signal.TakeClosing() && time.GetElapsedTime(_looked) < Poll))
        {
            return;
        }

        _looked = time.GetTimestamp();

        foreach (var key in await table.ClosingAsync(settings.Stage, _owner, cancellationToken))
        {
            if (_claims.TryGetValue(key, out var claim) && !claim.Closing)
            {
                claim.Close();
            }
        }
    }

    private async Task ClaimAsync(CancellationToken stopping)
    {
        // Until the answer is known: work that ends meanwhile asks for another look.
        _moreDue = true;

        // What a stopping process gives back is for others.
        var free = stopping.IsCancellationRequested ? 0 : settings.Concurrency - _claims.Count;
        if (free <= 0)
        {
            return;
        }

        // Not to be broken off: rows that were claimed and not read would have to wait for the end of their claim.
        var rows = await table.ClaimAsync(settings.Stage, _owner, free, CancellationToken.None);
        _moreDue = rows.Count == free;
        foreach (var row in rows)
        {
            logger.Claimed(row.JobId, row.Stage, row.Attempt, row.Fence);
            var claim = new StageClaim<TDb>(row, table, bus, logger, stopping);
            _claims[(row.JobId, row.Attempt, row.Fence)] = claim;
            var task = Task.Run(() => WorkAsync(claim, stopping), CancellationToken.None);
            _tasks[task] = 0;
            _ = task.ContinueWith(ended => _tasks.TryRemove(ended, out _), TaskScheduler.Default);
        }
    }

    private void StandDownIfStale()
    {
        if (time.GetElapsedTime(Interlocked.Read(ref _renewed)) >= StandDownAfter)
        {
            foreach (var claim in _claims.Values)
            {
                claim.Lose();
            }
        }
    }

    private async Task WorkAsync(StageClaim<TDb> claim, CancellationToken stopping)
    {
        var ended = false;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var outcome = claim.Closing ? null : await RunAsync(scope.ServiceProvider, claim);
            if (outcome is StageFailed failed && settings.KeepTrying)
            {
                if (await table.GiveBackAsync(claim.Row, BackOff(claim.Row.Tries), countTry: true, CancellationToken.None))
                {
                    if (await bus.TryPublishAsync(failed, stopping) is { } untold)
                    {
                        logger.NotTold(untold, claim.JobId, claim.Row.Stage, claim.Attempt);
                    }
                }
            }
            else
            {
                ended = outcome is not null && await StoreAsync(claim, StageRunState.Open, outcome);
                if (!ended)
                {
                    await LeaveAsync(scope.ServiceProvider, claim, stopping);
                }
            }
        }
        catch (Exception exception)
        {
            // Nothing above may end the runner: the claim runs out and the row is claimed again.
            logger.Faulted(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
        }
        finally
        {
            _claims.TryRemove((claim.JobId, claim.Attempt, claim.Fence), out _);
            claim.Dispose();

            // A look is a question to the database. After an end there is something new to find only if not all that was due could be claimed; an attempt
            // that was broken off or closed may be due again, or be what a newer one waited for.
            if (!ended || _moreDue)
            {
                signal.Set();
            }
        }
    }

    /// <summary>The outcome, or null if the claim ended before there was one.</summary>
    private async Task<IStageEvent?> RunAsync(IServiceProvider services, StageClaim<TDb> claim)
    {
        try
        {
            // A claim after a failure that was told is no interruption.
            if (claim.Row.Entries > 1 + claim.Row.Tries)
            {
                await outcomes.ResumeAsync(claim.Row, claim.Wanted);
            }

            var command = StageMessages.ReadCommand<TCommand>(claim.Row.Command!);
            return await services.GetRequiredService<IStageRunner<TCommand>>().RunAsync(command, claim, claim.Wanted);
        }
        catch (Exception exception) when (claim.Wanted.IsCancellationRequested)
        {
            // Whatever it was, it may be our own breaking off that caused it. A failure of the stage itself shows again at the next entry.
            logger.BrokenOff(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
            return null;
        }
        catch (Exception exception) when (DatabaseFaults.IsOutage(exception))
        {
            // Not the stage's failure: what it began goes on, and the next entry finds it.
            logger.DatabaseFailed(exception, settings.Stage);
            return null;
        }
        catch (Exception exception)
        {
            var failure = StageFailures.Of(settings.Stage, exception);
            if (failure.Kind == FailureKind.Internal && exception is not StageException)
            {
                logger.Faulted(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
            }

            return Failed(claim, failure);
        }
    }

    /// <summary>False, and nothing written: the claim is lost, or the attempt is to be ended after all.</summary>
    private async Task<bool> StoreAsync(StageClaim<TDb> claim, StageRunState from, IStageEvent outcome)
    {
        MessagingPoints.Reach(MessagingPoints.StageEffectDone, claim.JobId);
        if (!await outcomes.FinishAsync(claim.Row, from, outcome, CancellationToken.None))
        {
            return false;
        }

        logger.Ended(claim.JobId, claim.Row.Stage, claim.Attempt, outcome.GetType().Name);
        return true;
    }

    /// <summary>The work is over and left no outcome: the attempt is ended if that is wanted of us, else the next claim goes on.</summary>
    private async Task LeaveAsync(IServiceProvider services, StageClaim<TDb> claim, CancellationToken stopping)
    {
        if (!claim.Lost && !stopping.IsCancellationRequested)
        {
            var row = await table.FindAsync(claim.JobId, settings.Stage, claim.Attempt, CancellationToken.None);
            if (row is { State: StageRunState.Closing } && row.Fence == claim.Fence)
            {
                await CloseAsync(services, claim);
                return;
            }
        }

        if (!await table.GiveBackAsync(claim.Row, TimeSpan.Zero, countTry: false, CancellationToken.None))
        {
            logger.ClaimLost(claim.JobId, claim.Row.Stage, claim.Attempt, claim.Fence);
        }
    }

    private async Task CloseAsync(IServiceProvider services, StageClaim<TDb> claim)
    {
        try
        {
            // A tombstone has no command, and nothing to end.
            if (claim.Row.Command is { } command)
            {
                await services.GetRequiredService<IStageRunner<TCommand>>()
                    .CancelAsync(StageMessages.ReadCommand<TCommand>(command), claim, claim.Held);
            }
        }
        catch (Exception exception)
        {
            var brokenOff = claim.Held.IsCancellationRequested;
            var delay = brokenOff ? TimeSpan.Zero : BackOff(claim.Row.Tries);
            logger.CancelFailed(exception, claim.JobId, claim.Row.Stage, claim.Attempt, delay);
            await table.GiveBackAsync(claim.Row, delay, countTry: !brokenOff, CancellationToken.None);
            return;
        }

        var cancelled = new StageCancelled { JobId = claim.JobId, Stage = settings.Stage, Attempt = claim.Attempt };
        if (!await StoreAsync(claim, StageRunState.Closing, cancelled))
        {
            logger.ClaimLost(claim.JobId, claim.Row.Stage, claim.Attempt, claim.Fence);
        }
    }

    private static TimeSpan BackOff(int tries) => TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(tries, 6)));

    private StageFailed Failed(StageClaim<TDb> claim, Failure failure) =>
        new() { JobId = claim.JobId, Stage = settings.Stage, Attempt = claim.Attempt, Failure = failure };
}
