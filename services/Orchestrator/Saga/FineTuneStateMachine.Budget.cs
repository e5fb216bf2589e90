using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The budget is used up: the job is paused, with what it has reached, and goes on when it is given more.</summary>
public sealed partial class FineTuneStateMachine
{
    private void BudgetPhase() => DuringAny(
        When(BudgetSpent).If(
            context => context.Saga.LeaseId == context.Message.LeaseId && !context.Saga.Releasing && !IsEnding(context.Saga),
            ours => ours.ThenAsync(context => PauseAsync(context, context.Message.Message))));
}
