using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The provider says the host is gone. Runs beside the other stages; a cancelled job ends, a paused one rests, and one that needs a larger host takes it, only with it.</summary>
public sealed partial class FineTuneStateMachine
{
    private void ReleasePhase() => DuringAny(
        When(HostGone)
            .Then(context => Note(context.Saga, Stage.Release, "succeeded", $"cost {context.Message.Cost} {context.Message.Currency}", context.Message.Statement))
            .If(
                context => context.Saga.LeaseId == context.Message.LeaseId,
                ours => ours
                    .Then(context =>
                    {
                        context.Saga.LeaseId = null;
                        context.Saga.Releasing = false;
                    })
                    .IfElse(
                        context => IsEnding(context.Saga) && !context.Saga.StageEnding,
                        ending => ending.ThenAsync(SettleAsync),
                        other => other.IfElse(
                            context => context.Saga.CurrentState == Waiting.Name && NextStage(context.Saga) == Stage.Provision,
                            larger => larger.Unschedule(Retry).ThenAsync(context => BeginAsync(context, NextStage(context.Saga))),
                            last => last.If(
                                context => IsFinal(context.Saga) || IsAwaited(context.Saga),
                                account => account.Unschedule(Retry).ThenAsync(WriteProvenanceAsync))))));

    /// <summary>Nothing else is left to wait for before the account is written.</summary>
    private bool IsAwaited(FineTuneSaga saga) => saga.CurrentState == Finishing.Name && saga.RetryToken is not null;

    private static bool IsFinal(FineTuneSaga saga) => AtEnd.Contains(saga.CurrentState);
}
