using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The budget is used up: the job ends as at its deadline, and its host is released.</summary>
public sealed partial class FineTuneStateMachine
{
    private void BudgetPhase() => DuringAny(
        When(BudgetSpent).If(
            context => context.Saga.LeaseId == context.Message.LeaseId && !context.Saga.Releasing,
            ours => ours.ThenAsync(context => RunOutAsync(context, "budget_used", context.Message.Message, "its budget is used up"))));
}
