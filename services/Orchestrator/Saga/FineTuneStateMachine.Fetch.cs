using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Fetched: everything the job reads is in the store, by digest.</summary>
public sealed partial class FineTuneStateMachine
{
    private void FetchPhase() => DuringAny(
        When(Fetched).IfElse(
            context => IsCurrent(context, Stage.Fetch),
            current => current
                .Then(context =>
                {
                    context.Saga.Inputs = context.Message.Inputs;
                    Succeed(context.Saga, Stage.Fetch, context.Message.Statement);
                })
                .ThenAsync(context => BeginAsync(context, Stage.Provision)),
            IgnoreStale));
}
