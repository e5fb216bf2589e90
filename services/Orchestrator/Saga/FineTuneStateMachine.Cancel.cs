using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Cancel, or time is up: end the running stage, then release, then say so.</summary>
public sealed partial class FineTuneStateMachine
{
    private void CancelPhase() => DuringAny(
        When(CancelRequested).ThenAsync(context => CancelAsync(context, context.Message.Reason)),
        When(Deadline.Received).ThenAsync(RunOutAsync),
        When(StageEnded).IfElse(
            context => IsEnding(context.Saga) && context.Saga.StageEnding
                && context.Saga.Stage == context.Message.Stage && context.Saga.Attempt(context.Saga.Stage) == context.Message.Attempt,
            awaited => awaited.ThenAsync(StageHasEndedAsync),
            other => other.IfElse(
                context => IsCurrent(context, context.Message.Stage),
                unasked => unasked.ThenAsync(context => FailAsync(
                    context,
                    new Failure("ended_unasked", $"The stage {context.Message.Stage} was ended although nobody cancelled it.", FailureKind.Internal))),
                IgnoreStale)));

    /// <summary>When only the provenance is still being written, all is done and deployed: too late, as a moment later.</summary>
    private bool CanBeCancelled(FineTuneSaga saga) =>
        saga.CurrentState == Running.Name || saga.CurrentState == Waiting.Name || saga.CurrentState == Pausing.Name || saga.CurrentState == Paused.Name;

    /// <summary>The job's time is up: it ends as a cancelled one does, and has failed. While it is paused its time does not run.</summary>
    private Task RunOutAsync(BehaviorContext<FineTuneSaga> context)
    {
        var saga = context.Saga;
        if (!CanBeCancelled(saga) || saga.CurrentState == Paused.Name)
        {
            return Task.CompletedTask;
        }

        saga.Failure = new Failure("deadline", $"The job's time of {saga.Spec.Budget.Deadline} is up. Raise budget.deadline to give it more.", FailureKind.Budget);
        return CancelAsync(context, "its deadline passed");
    }

    private async Task CancelAsync(BehaviorContext<FineTuneSaga> context, string reason)
    {
        var saga = context.Saga;
        if (!CanBeCancelled(saga))
        {
            return;
        }

        // A pause that is under way has told its stage already.
        var (running, ending) = (saga.CurrentState == Running.Name, saga.CurrentState == Pausing.Name && saga.StageEnding);
        saga.CancelReason = reason;
        saga.CurrentState = Cancelling.Name;
        saga.StageEnding = running || ending;
        Note(saga, "cancelling", reason);
        await PublishChangeAsync(context, JobState.Cancelling, $"Cancelling: {reason}");
        if (running)
        {
            await EndStageAsync(context, saga.JobId, saga.Stage, saga.Attempt(saga.Stage));
        }
        else if (!ending)
        {
            await StageHasEndedAsync(context);
        }
    }

    private async Task StageHasEndedAsync(BehaviorContext<FineTuneSaga> context)
    {
        var saga = context.Saga;
        saga.StageEnding = false;
        if (saga.LeaseId is null)
        {
            await SettleAsync(context);
        }
        else
        {
            await ReleaseAsync(context, saga.CurrentState == Pausing.Name ? "the job is paused" : saga.CancelReason ?? "cancelled");
        }
    }

    /// <summary>Nothing runs any more, and the host is gone.</summary>
    private Task SettleAsync(BehaviorContext<FineTuneSaga> context) =>
        context.Saga.CurrentState == Pausing.Name ? RestAsync(context) : EndCancelledAsync(context);

    private async Task EndCancelledAsync(BehaviorContext<FineTuneSaga> context)
    {
        var saga = context.Saga;
        var late = saga.Failure is { Kind: FailureKind.Budget };
        saga.CurrentState = late ? Failed.Name : Cancelled.Name;
        var state = late ? JobState.Failed : JobState.Cancelled;
        Note(saga, late ? "failed" : "cancelled", saga.CancelReason);
        await WriteProvenanceAsync(context);
        await PublishChangeAsync(context, state, late ? saga.Failure!.Message : $"Cancelled: {saga.CancelReason}");
    }
}
