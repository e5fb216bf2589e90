using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>Converted: from here on the host is not needed; it goes while the rest runs. The gate's verdict stands between the files and a deploy.</summary>
public sealed partial class FineTuneStateMachine
{
    private void ConvertPhase() => DuringAny(
        When(ConversionDone).IfElse(
            context => IsCurrent(context, Stage.Convert),
            current => current
                .Then(context =>
                {
                    context.Saga.Converted = context.Message.Converted;
                    AddFiles(context.Saga, context.Message.Converted);
                    Succeed(context.Saga, Stage.Convert, context.Message.Statement);
                })
                .ThenAsync(context => ReleaseAsync(context, "everything that needs the host is done"))
                .IfElse(
                    context => context.Saga.Result.Evaluation is { Passed: false },
                    refused => refused.ThenAsync(context => FailAsync(context, GateFailure(context.Saga))),
                    passed => passed.IfElse(
                        context => context.Saga.Spec.Deploy.Target == "none",
                        none => none.ThenAsync(FinishAsync),
                        deploy => deploy.ThenAsync(context => BeginAsync(context, Stage.Deploy)))),
            IgnoreStale));

    private static void AddFiles(FineTuneSaga saga, ConvertedModel converted)
    {
        if (saga.Spec.Outputs.Merged)
        {
            AddFile(saga, new ResultFile("merged", "merged/", converted.Merged));
        }

        foreach (var gguf in converted.Gguf)
        {
            AddFile(saga, new ResultFile("gguf", gguf.FileName, gguf.Artifact)
            {
                Type = gguf.Type,
                Taught = gguf.Accuracy.TryGetValue("taught", out var taught) ? taught : null,
                General = gguf.Accuracy.TryGetValue("general", out var general) ? general : null,
            });
        }
    }

    private static Failure GateFailure(FineTuneSaga saga) => new(
        "gate_refused",
        $"The result was not deployed: {saga.Result.Evaluation!.Verdict} Its files are kept; train differently, or lower evaluation.min_taught or raise evaluation.max_general_drop.",
        FailureKind.BadInput);
}
