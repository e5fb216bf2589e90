using FineTunePipeline.Contracts.Jobs;
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
                    if (context.Message.HostModel is { } model)
                    {
                        context.Saga.Inputs = Known(context.Saga.Inputs) with { Model = model };
                    }

                    Succeed(context.Saga, Stage.Prepare, context.Message.Statement);
                })
                .ThenAsync(context => context.Message.FirstAnswer is { } answer
                    ? PublishChangeAsync(context, JobState.Running, $"The base model answers there: {answer}")
                    : Task.CompletedTask)
                .ThenAsync(context => BeginAsync(context, Stage.Train)),
            IgnoreStale));
}
