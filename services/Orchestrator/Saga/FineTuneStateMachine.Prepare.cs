using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Prepared: the host passed its test and holds model and data.</summary>
public sealed partial class FineTuneStateMachine
{
    private void PreparePhase() => DuringAny(
        When(HostReady).IfElse(
            context => IsCurrent(context, Stage.Prepare),
            current => current
                .Then(context =>
                {
                    context.Saga.Prepared = context.Message.Prepared;
                    Succeed(context.Saga, Stage.Prepare, context.Message.Statement);
                })
                .ThenAsync(context => BeginAsync(context, Stage.Train)),
            IgnoreStale));
}
