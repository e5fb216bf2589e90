using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Evaluation.Predicting;

/// <summary>A model that is asked: where its weights lie on the host.</summary>
/// <param name="Label">base or tuned; part of the run folder's name.</param>
/// <param name="Folder">The model's folder.</param>
/// <param name="Adapter">The adapter's folder; null without one.</param>
/// <param name="Method">LLaMA-Factory's <c>finetuning_type</c>.</param>
internal sealed record AskedModel(string Label, string Folder, string? Adapter, FineTuningMethod Method)
{
    public static AskedModel Base(EvaluateModel command) => new("base", command.Prepared.ModelFolder, null, command.Trained.Method);

    public static AskedModel Tuned(EvaluateModel command) => command.Trained.Method == FineTuningMethod.Lora
        ? new("tuned", command.Prepared.ModelFolder, command.Trained.OutputFolder, FineTuningMethod.Lora)
        : new("tuned", command.Trained.OutputFolder, null, FineTuningMethod.Full);
}
