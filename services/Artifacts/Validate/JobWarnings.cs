using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.ModelFormats.Gguf;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>Things that are odd but no fault.</summary>
internal static class JobWarnings
{
    private const int FewSamples = 10;

    public static IReadOnlyList<string> Of(JobSpec spec, ModelFacts? model, DatasetFolder data, DatasetFacts dataset, TrainingPlan plan, TokenFacts? tokens, int questions)
    {
        var warnings = new List<string>();
        if (dataset.Skipped > 0)
        {
            warnings.Add($"{dataset.Skipped} records cannot be used and are skipped; the first: {dataset.SkippedRecords[0]}.");
        }

        if (dataset.Samples < FewSamples)
        {
            warnings.Add($"There are only {dataset.Samples} samples; a model seldom learns from so few.");
        }

        if (plan.Steps <= spec.Hyperparameters.SaveSteps)
        {
            warnings.Add($"The training has about {plan.Steps} steps, and hyperparameters.save_steps is {spec.Hyperparameters.SaveSteps}: no checkpoint comes before its end, "
                + "and a host that is taken costs all of it.");
        }

        if (tokens is null && model is not null)
        {
            warnings.Add($"The template {spec.Template} is LLaMA-Factory's alone: the data's tokens are not counted, and memory is foreseen for samples of "
                + $"cutoff_len {spec.Hyperparameters.CutoffLen}" + (model.Config.Context < spec.Hyperparameters.CutoffLen ? $", which is more than the {model.Config.Context} that the model was made for." : "."));
        }

        if (tokens is { OverCutoff: > 0 })
        {
            warnings.Add($"{tokens.OverCutoff} of {tokens.Samples} samples are longer than cutoff_len {spec.Hyperparameters.CutoffLen} and are cut "
                + $"(the longest has {tokens.MaxTokens} tokens).");
        }

        foreach (var file in data.Files.Where(file => file.UnknownVariables.Count > 0))
        {
            warnings.Add($"{file.Origin} has placeholders that no variable fills: {string.Join(", ", file.UnknownVariables)}.");
        }

        if (spec.Template != JobSpec.AutoTemplate && spec.Outputs.Gguf.Count > 0)
        {
            warnings.Add($"The model trains with the template {spec.Template}, but GGUF files carry the model's own chat template; if the two differ, "
                + "answers get worse after the conversion.");
        }

        if (questions == 0)
        {
            warnings.Add("No questions are asked: the result is deployed unjudged.");
        }

        if (model is null)
        {
            warnings.Add($"{spec.Model} is checked on the host, before the training: its files, the data's tokens, and that it answers. Memory and disk are not foreseen.");
            return warnings;
        }

        AddQuantisation(spec, model, warnings);
        return warnings;
    }

    /// <summary>k-quants pack 256 values of a row together; rows of other lengths fall back to larger types, or the type is refused.</summary>
    private static void AddQuantisation(JobSpec spec, ModelFacts model, List<string> warnings)
    {
        var types = string.Join(", ", spec.Outputs.Gguf.Where(type => type.Contains("_k", StringComparison.Ordinal)));
        if (types.Length == 0 || KQuantFit.OfModelFolder(model.Folder) is not { All: false } fit)
        {
            return;
        }

        warnings.Add($"{types}: {fit.Unfit.Count} of {fit.Matrices} matrices have rows that are no multiple of {KQuantFit.BlockElements} values and fall "
            + "back to a larger type; when they are the most, the type is not made.");
    }
}
