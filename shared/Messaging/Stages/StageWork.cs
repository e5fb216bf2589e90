using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>What is done with a claimed attempt: its work, or its ending, and what is stored of it.</summary>
internal sealed class StageWork<TCommand, TDb>(
    StageRunTable<TDb> table,
    StageOutcomes<TDb> outcomes,
    StageSettings<TCommand> settings,
    IServiceScopeFactory scopes,
    IBus bus,
    ILogger<StageRunner<TCommand, TDb>> logger,
    StageTurns<TCommand>? turns = null)
    where TCommand : class, IStageCommand
    where TDb : ServiceDbContext
{
    /// <summary>Contact that is back is to be noticed soon.</summary>
    private static readonly TimeSpan LongestContactWait = TimeSpan.FromSeconds(10);

    /// <summary>Whether the attempt's outcome is stored. If not it was given back, lost, or closed.</summary>
    public async Task<bool> DoAsync(StageClaim<TDb> claim, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (outcome, wait) = claim.Closing ? (null, null) : await RunAsync(scope.ServiceProvider, claim);
        if (outcome is StageFailed failed && settings.KeepTrying)
        {
            await TryLaterAsync(claim, failed, stopping);
            return false;
        }

        if (outcome is not null && await StoreAsync(claim, StageRunState.Open, outcome))
        {
            return true;
        }

        await LeaveAsync(scope.ServiceProvider, claim, wait, stopping);
        return false;
    }

    /// <summary>Tells the failure as an alarm, and that is not its end.</summary>
    private async Task TryLaterAsync(StageClaim<TDb> claim, StageFailed failed, CancellationToken stopping)
    {
        if (await table.GiveBackAsync(claim.Row, BackOff(claim.Row.Tries), countTry: true, CancellationToken.None)
            && await bus.TryPublishAsync(failed, stopping) is { } untold)
        {
            logger.NotTold(untold, claim.JobId, claim.Row.Stage, claim.Attempt);
        }
    }

    /// <summary>The outcome, or null if the claim ended before there was one; then the time after which the next entry makes sense, if it is not at once.</summary>
    private async Task<(IStageEvent? Outcome, TimeSpan? Wait)> RunAsync(IServiceProvider services, StageClaim<TDb> claim)
    {
        try
        {
            var command = StageMessages.ReadCommand<TCommand>(claim.Row.Command!);
            using var turn = turns is null ? null : await turns.TakeAsync(command, claim.Wanted);

            // A claim after a failure that was told is no interruption.
            if (claim.Row.Entries > 1 + claim.Row.Tries)
            {
                await outcomes.ResumeAsync(claim.Row, claim.Wanted);
            }

            return (await services.GetRequiredService<IStageRunner<TCommand>>().RunAsync(command, claim, claim.Wanted), null);
        }
        catch (Exception exception) when (claim.Wanted.IsCancellationRequested)
        {
            // Whatever it was, it may be our own breaking off that caused it. A failure of the stage itself shows again at the next entry.
            logger.BrokenOff(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
            return (null, null);
        }
        catch (Exception exception) when (DatabaseFaults.IsOutage(exception))
        {
            // Not the stage's failure: what it began goes on, and the next entry finds it.
            logger.DatabaseFailed(exception, settings.Stage);
            return (null, null);
        }
        catch (Exception exception) when (exception is IStageFault { IsContactLost: true })
        {
            // Nor this: the host may come back, or be given up by who watches it; that closes this attempt.
            var wait = BackOff(claim.Row.Tries) < LongestContactWait ? BackOff(claim.Row.Tries) : LongestContactWait;
            logger.ContactLost(exception, claim.JobId, claim.Row.Stage, claim.Attempt, wait);
            return (null, wait);
        }
        catch (Exception exception)
        {
            var failure = StageFailures.Of(settings.Stage, exception);
            if (failure.Kind == FailureKind.Internal && exception is not StageException)
            {
                logger.Faulted(exception, claim.JobId, claim.Row.Stage, claim.Attempt);
            }

            return (Failed(claim, failure), null);
        }
    }

    /// <summary>False, and nothing written: the claim is lost, or the attempt is to be ended after all.</summary>
    private async Task<bool> StoreAsync(StageClaim<TDb> claim, StageRunState from, IStageEvent outcome)
    {
        MessagingPoints.Reach(MessagingPoints.StageEffectDone, claim.JobId);
        if (!await outcomes.FinishAsync(claim.Row, from, claim.ToldWithOutcome, outcome, CancellationToken.None))
        {
            return false;
        }

        logger.Ended(claim.JobId, claim.Row.Stage, claim.Attempt, outcome.GetType().Name);
        return true;
    }

    /// <summary>The work is over and left no outcome: the attempt is ended if that is wanted of us, else the next claim goes on.</summary>
    private async Task LeaveAsync(IServiceProvider services, StageClaim<TDb> claim, TimeSpan? wait, CancellationToken stopping)
    {
        if (!claim.Lost && !stopping.IsCancellationRequested)
        {
            var row = await table.FindAsync(claim.JobId, settings.Stage, claim.Attempt, CancellationToken.None);
            if (row is { State: StageRunState.Closing } && row.Fence == claim.Fence)
            {
                (claim.Row.State, claim.Row.KeepProgress) = (row.State, row.KeepProgress);
                await CloseAsync(services, claim);
                return;
            }
        }

        if (!await table.GiveBackAsync(claim.Row, wait ?? TimeSpan.Zero, countTry: wait is not null, CancellationToken.None))
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
