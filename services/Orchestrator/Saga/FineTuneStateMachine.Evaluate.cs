using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Evaluated: the gate decides later whether the result is deployed; the files are made in any case.</summary>
public sealed partial class FineTuneStateMachine
{
    private void EvaluatePhase() => DuringAny(
        When(Evaluated).IfElse(
            context => IsCurrent(context, Stage.Evaluate),
            current => current
                .Then(context =>
                {
                    context.Saga.Result = context.Saga.Result with { Evaluation = context.Message.Summary };
                    AddFile(context.Saga, new ResultFile("evaluation", "evaluation.json", context.Message.Report));
                    Succeed(context.Saga, Stage.Evaluate, context.Message.Statement);
                })
                .ThenAsync(context => BeginAsync(context, Stage.Convert)),
            IgnoreStale));
}
