using System.Globalization;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment;

/// <summary>
/// Chooses the file that is deployed: the one the job names, else the smallest that itself passes the gate. The gate has passed the tuned model already;
/// this asks whether the conversion kept it: taught questions as the job demands, general questions within the allowed loss of the job's best file.
/// </summary>
internal static class FileChoice
{
    private const double Tolerance = 1e-9;

    public static GgufOutput Choose(JobSpec spec, ConvertedModel converted)
    {
        if (spec.Deploy.Type is { } named)
        {
            return converted.Gguf.FirstOrDefault(file => file.Type == named)
                ?? throw StageException.BadInput(
                    "deploy_type", $"deploy.type is {named}, but the job made no such file{Why(converted, named)}. Choose one of {Types(converted)}.");
        }

        if (converted.Gguf.Count == 0)
        {
            throw StageException.BadInput(
                "deploy_nothing", $"The job made no GGUF file to deploy. {string.Join(" ", converted.Refused)} Add q8_0 or f16 to outputs.gguf.");
        }

        var bestGeneral = converted.Gguf.Max(file => file.Accuracy.GetValueOrDefault("general"));
        return converted.Gguf.Where(file => Passes(file, spec.Evaluation, bestGeneral)).OrderBy(file => file.Artifact.Bytes).FirstOrDefault()
            ?? throw StageException.BadInput(
                "deploy_gate",
                $"No file kept what the model learnt: {string.Join(", ", converted.Gguf.Select(Figures))}. Lower the thresholds, or name a file by "
                    + "deploy.type.");
    }

    private static bool Passes(GgufOutput file, EvaluationSpec gate, double bestGeneral) =>
        (!file.Accuracy.TryGetValue("taught", out var taught) || taught >= gate.MinTaught - Tolerance)
        && (!file.Accuracy.TryGetValue("general", out var general) || bestGeneral - general <= gate.MaxGeneralDrop + Tolerance);

    private static string Why(ConvertedModel converted, string type) =>
        converted.Refused.FirstOrDefault(reason => reason.StartsWith(type + ":", StringComparison.Ordinal)) is { } reason ? $" ({reason})" : "";

    private static string Types(ConvertedModel converted) => string.Join(", ", converted.Gguf.Select(file => file.Type));

    private static string Figures(GgufOutput file) =>
        $"{file.Type} ({string.Join(", ", file.Accuracy.Select(set => $"{set.Key} {set.Value.ToString("0.###", CultureInfo.InvariantCulture)}"))})";
}
