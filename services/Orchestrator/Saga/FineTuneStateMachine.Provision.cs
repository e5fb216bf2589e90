using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>A host is ours and costs money: used, or given back, never forgotten.</summary>
public sealed partial class FineTuneStateMachine
{
    private void ProvisionPhase() => DuringAny(
        When(HostTaken).IfElse(
            context => IsCurrent(context, Stage.Provision),
            current => current
                .Then(context => Hold(context.Saga, context.Message))
                .ThenAsync(context => BeginAsync(context, Stage.Prepare)),
            stale => stale.ThenAsync(KeepOrGiveBackAsync)));

    private void Hold(FineTuneSaga saga, HostAcquired taken)
    {
        saga.LeaseId = taken.LeaseId;
        saga.LeaseAttempt = taken.Attempt;
        saga.Releasing = false;
        saga.Host = taken.Host;
        Succeed(saga, Stage.Provision, taken.Statement);
    }

    /// <summary>Told again of the lease we hold: nothing to do. While cancelling or pausing: hold it until the stage has ended. Any other is given back at once.</summary>
    private async Task KeepOrGiveBackAsync(BehaviorContext<FineTuneSaga, HostAcquired> context)
    {
        var saga = context.Saga;
        if (saga.LeaseId == context.Message.LeaseId && !saga.Releasing)
        {
            return;
        }

        if (IsEnding(saga) && saga.Stage == Stage.Provision && saga.Attempt(Stage.Provision) == context.Message.Attempt)
        {
            Hold(saga, context.Message);
            return;
        }

        _logger.StaleLease(saga.JobId, context.Message.LeaseId, context.Message.Attempt, saga.CurrentState);
        await GiveBackAsync(context, context.Message, "its job no longer wants it");
    }
}
