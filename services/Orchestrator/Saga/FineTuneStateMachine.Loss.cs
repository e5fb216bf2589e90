using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The host is lost: what ran there is given up, and the job goes on on another, from its last committed checkpoint.</summary>
public sealed partial class FineTuneStateMachine
{
    private static readonly Stage[] WithHost = [Stage.Provision, Stage.Prepare, Stage.Train, Stage.Evaluate, Stage.Convert];

    private void LossPhase() => DuringAny(
        When(HostVanished).IfElse(
            context => context.Saga.LeaseId == context.Message.LeaseId || IsTaking(context.Saga, context.Message),
            ours => ours.ThenAsync(context => LoseHostAsync(context, context.Message)),
            other => other.ThenAsync(context => GiveBackAsync(context, context.Message))),
        When(WokenUp).If(
            context => context.Saga.CurrentState == Waiting.Name && NextStage(context.Saga) == Stage.Provision,
            waiting => waiting.Unschedule(Retry).ThenAsync(context => BeginAsync(context, Stage.Provision))));

    /// <summary>The host is lost before we heard that it is ours: from its move in on, Provisioning watches it.</summary>
    private bool IsTaking(FineTuneSaga saga, HostLost lost) =>
        saga.LeaseId is null && saga.Stage == Stage.Provision && saga.Attempt(Stage.Provision) == lost.Attempt
        && (saga.CurrentState == Running.Name || (IsEnding(saga) && saga.StageEnding));

    private async Task LoseHostAsync(BehaviorContext<FineTuneSaga> context, HostLost lost)
    {
        var saga = context.Saga;
        if (saga.LeaseId is null)
        {
            (saga.LeaseId, saga.LeaseAttempt, saga.Releasing) = (lost.LeaseId, lost.Attempt, false);
        }

        Note(saga, "host_lost", $"{lost.LeaseId}: {lost.Reason}");
        if (saga.CurrentState == Running.Name && WithHost.Contains(saga.Stage))
        {
            await DecideAsync(context, new Failure("host_lost", lost.Reason, FailureKind.HostLost));
            return;
        }

        var isLeaving = IsLeaving(saga);
        await GiveUpHostAsync(context, lost.Reason);
        if (isLeaving)
        {
            await BeginAsync(context, NextStage(saga));
        }
        else if (IsEnding(saga) && (!saga.StageEnding || WithHost.Contains(saga.Stage)))
        {
            saga.StageEnding = false;
            await SettleAsync(context);
        }
    }

    /// <summary>
    /// Nothing that ran on the host can be ended there, so its stages are closed without it, the one that took it too, and the job does not wait for its release. That
    /// goes on by itself: a host that answers again is cleaned.
    /// </summary>
    private async Task GiveUpHostAsync(BehaviorContext<FineTuneSaga> context, string reason)
    {
        var saga = context.Saga;
        foreach (var stage in WithHost.Where(stage => saga.Attempt(stage) > 0))
        {
            await SendAsync(context, stage, new CancelStage { JobId = saga.JobId, Stage = stage, Attempt = saga.Attempt(stage), HostIsLost = true });
        }

        await ReleaseAsync(context, $"the host is lost: {reason}");
        (saga.LeaseId, saga.Host, saga.Prepared, saga.Releasing) = (null, null, null, false);
    }
}
