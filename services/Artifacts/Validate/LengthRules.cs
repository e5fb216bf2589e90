using System.Globalization;
using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>Settings against how much data there is, and how long it is.</summary>
internal static class LengthRules
{
    /// <summary>LLaMA-Factory takes less for nothing. Source: its hparams/, 0.9.6.</summary>
    private const double SmallestPart = 1e-6;

    /// <summary>What can be said without the data's tokens.</summary>
    public static void CheckSamples(JobSpec spec, DatasetFacts dataset, FaultList faults)
    {
        var size = spec.Hyperparameters.ValSize;
        var samples = TrainingPlan.TakenSamples(spec, dataset);
        if (size <= 0 || samples == 0)
        {
            return;
        }

        var said = size.ToString("0.##########", CultureInfo.InvariantCulture);
        if (size <= SmallestPart)
        {
            faults.Add("spec_range", $"hyperparameters.val_size is {said}, which the trainer takes for none: set a larger part, a number of samples from 2, or take it out.");
        }
        else if (size == 1)
        {
            faults.Add("spec_range", "hyperparameters.val_size 1 is a part, all samples: set 2 or more samples, or a part below 1.");
        }
        else
        {
            faults.Require(
                TrainingPlan.Evaluated(size, samples) < samples,
                "spec_range",
                $"hyperparameters.val_size {said} keeps all of the {samples} samples for evaluation, and leaves none to train on: lower it.");
        }
    }

    /// <param name="tokens">null: not counted.</param>
    public static void CheckTokens(JobSpec spec, ModelFacts model, DatasetFacts dataset, TrainingPlan plan, TokenFacts? tokens, FaultList faults)
    {
        var settings = spec.Hyperparameters;
        var isPacked = TrainingPlan.Packs(spec);
        if (tokens is not null && isPacked && spec.Stage == TrainingStage.Pt)
        {
            var evaluated = settings.ValSize > 0 ? (double)TrainingPlan.Evaluated(settings.ValSize, dataset.Samples) / dataset.Samples : 0;
            var least = (long)(tokens.Tokens * (evaluated > 0 ? Math.Min(evaluated, 1 - evaluated) : 1));
            faults.Require(
                least >= settings.CutoffLen,
                "dataset_short",
                $"dataset: its texts come to {tokens.Tokens} tokens{(evaluated > 0 ? $", {least} of them in the smaller part of val_size" : "")}, which fill no block of "
                + $"hyperparameters.cutoff_len {settings.CutoffLen}: lower it, add texts, or set packing: false under llamafactory.");
        }

        var longest = isPacked ? settings.CutoffLen : Math.Min(settings.CutoffLen, tokens?.MaxTokens ?? 0);
        if (model.Config.Context is { } context && longest > context && !spec.Llamafactory.ContainsKey("rope_scaling"))
        {
            faults.Add(
                "cutoff_context",
                $"hyperparameters.cutoff_len is {settings.CutoffLen} and {(isPacked ? "samples are joined to that length" : $"the longest sample has {tokens!.MaxTokens} tokens")}, "
                + $"but the model was made for at most {context} (max_position_embeddings): set cutoff_len to {context} or less.");
        }

        faults.Require(
            !settings.WatchesEvaluationLoss || settings.SaveSteps < plan.Steps,
            "spec_best",
            $"hyperparameters.save_steps is {settings.SaveSteps}, and the training has about {plan.Steps} steps: it would be evaluated at its end alone. Lower save_steps, "
            + "or take early_stopping_steps and load_best_model_at_end out.");
    }
}
