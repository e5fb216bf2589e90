using System.Globalization;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Evaluation.Judging;

/// <summary>Says whether a result may be deployed. The fresh sets are reported and never judged.</summary>
internal static class Gate
{
    /// <summary>Fractions of counts are not exact in binary; a threshold that is met exactly is met.</summary>
    private const double Tolerance = 1e-9;

    public static (bool Passed, string Verdict) Judge(EvaluationSpec spec, IReadOnlyDictionary<string, SetScore> sets)
    {
        if (sets.Count == 0)
        {
            return NoQuestions(spec);
        }

        var taught = sets.GetValueOrDefault("taught");
        var general = sets.GetValueOrDefault("general");
        var refusals = new List<string>();
        if (spec.MinTaught > 0 && taught is null)
        {
            refusals.Add($"min_taught is {Text(spec.MinTaught)} but no taught questions were asked");
        }
        else if (taught is not null && taught.After < spec.MinTaught - Tolerance)
        {
            refusals.Add($"taught questions reached {Text(taught.After)}, below the required {Text(spec.MinTaught)}");
        }

        if (spec.MaxGeneralDrop < 1 && general is null)
        {
            refusals.Add($"max_general_drop is {Text(spec.MaxGeneralDrop)} but no general questions were asked");
        }
        else if (general is not null && general.Before - general.After > spec.MaxGeneralDrop + Tolerance)
        {
            refusals.Add($"general questions fell from {Text(general.Before)} to {Text(general.After)}, more than the allowed {Text(spec.MaxGeneralDrop)}");
        }

        var judged = sets.Where(set => set.Key is "taught" or "general");
        var figures = string.Join(", ", judged.Select(set => $"{set.Key} {Text(set.Value.Before)} -> {Text(set.Value.After)}"));
        return refusals.Count > 0
            ? (false, $"Not deployed: {string.Join("; ", refusals)}.")
            : (true, figures.Length > 0 ? $"Passed: {figures}." : "Passed: no taught or general questions were asked.");
    }

    private static (bool Passed, string Verdict) NoQuestions(EvaluationSpec spec) => spec.MinTaught > 0 || spec.MaxGeneralDrop < 1
        ? (false, "Not deployed: thresholds are set, but no questions were asked.")
        : (true, "Passed: no questions were asked.");

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
