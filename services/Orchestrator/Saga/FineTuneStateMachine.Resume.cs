using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>An attempt went on under another worker: nothing changes but what the provenance tells.</summary>
public sealed partial class FineTuneStateMachine
{
    private void ResumePhase() => DuringAny(
        When(StageTakenUp).IfElse(
            context => IsCurrent(context, context.Message.Stage),
            current => current.Then(context => Note(context.Saga, context.Message.Stage, "resumed", $"its worker was interrupted; entry {context.Message.Entry}")),
            IgnoreStale));
}
