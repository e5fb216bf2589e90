using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Validated: every fault that can be known before money is spent is known.</summary>
public sealed partial class FineTuneStateMachine
{
    private void ValidatePhase() => DuringAny(
        When(Validated).IfElse(
            context => IsCurrent(context, Stage.Validate),
            current => current
                .Then(context => Succeed(context.Saga, Stage.Validate, context.Message.Statement))
                .ThenAsync(context => BeginAsync(context, Stage.Fetch)),
            IgnoreStale));
}
