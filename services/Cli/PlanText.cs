using System.Globalization;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Cli;

/// <summary>What a job will do, for people.</summary>
internal static class PlanText
{
    /// <param name="spec">The job.</param>
    /// <param name="plan">What its validation stated.</param>
    public static IEnumerable<string> Lines(JobSpec spec, JsonObject plan)
    {
        var (report, steps) = (plan["report"] as JsonObject ?? [], plan["plan"] as JsonObject ?? []);
        var onHost = HostModel.IsNamedBy(spec.Model);
        yield return "The job can be run as it stands.";
        yield return onHost
            ? $"model     {Output.OneLine(spec.Model)}, looked at on the host"
            : $"model     {Output.Text(plan, "architecture")}, {Count(report, "parameters")} parameters";
        yield return $"data      {Count(report, "samples")} samples"
            + (onHost ? "" : $", {Count(report, "tokens")} tokens; {Count(report, "over_cutoff")} are cut at {spec.Hyperparameters.CutoffLen} tokens")
            + $"; {Count(report, "skipped")} records skipped";
        yield return $"training  {Word(spec.Method)} with {spec.Provider.Trainer}: {Count(steps, "steps_per_epoch")} steps per epoch, {Count(steps, "steps")} in all, {Count(steps, "samples_per_step")} samples each"
            + (Number(steps, "held_back") > 0 ? $"; {Count(steps, "held_back")} samples are kept for the evaluation loss" : "");
        if (Output.Text(steps, "unsure") is { Length: > 0 } unsure)
        {
            yield return $"          {unsure}";
        }

        if (!onHost)
        {
            yield return $"needs     about {Size(report, "estimated_memory_bytes")} of memory to train in 32 bits, and {Size(report, "estimated_disk_bytes")} of disk";
        }

        yield return $"makes     {string.Join(", ", Files(spec))}";
        yield return $"deploys   {spec.Deploy.Target}";
        yield return $"budget    {Budget(spec)}";
        foreach (var warning in report["warnings"] as JsonArray ?? [])
        {
            yield return $"warning   {Output.OneLine(warning?.ToString() ?? "")}";
        }
    }

    private static IEnumerable<string> Files(JobSpec spec)
    {
        yield return spec.Method == FineTuningMethod.Lora ? "adapter" : "model";
        if (spec.Outputs.Merged)
        {
            yield return "merged model";
        }

        foreach (var type in spec.Outputs.Gguf)
        {
            yield return $"GGUF {type}";
        }
    }

    private static string Budget(JobSpec spec)
    {
        var budget = spec.Budget;
        var cost = budget.HourlyPriceCap == 0 ? "hosts that cost nothing"
            : budget.Total == 0 ? FormattableString.Invariant($"hosts up to {budget.HourlyPriceCap} {budget.Currency} an hour, as much as they cost until the deadline")
            : FormattableString.Invariant($"hosts up to {budget.HourlyPriceCap} {budget.Currency} an hour, at most {budget.Total} {budget.Currency} in all");
        return $"{cost}; done within {budget.Deadline}";
    }

    private static string Word(FineTuningMethod method) => method.ToString().ToLowerInvariant();

    private static double Number(JsonNode node, string key) => (node as JsonObject)?[key] is JsonValue value && value.TryGetValue<double>(out var number) ? number : 0;

    private static string Count(JsonNode node, string key) => Output.Number(node, key, "#,0");

    private static string Size(JsonNode node, string key) => Number(node, key) switch
    {
        >= 1L << 30 and var bytes => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.0} GiB"),
        var bytes => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes / (1L << 20)):0} MiB"),
    };
}
