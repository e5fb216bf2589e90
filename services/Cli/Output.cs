using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;

namespace FineTunePipeline.Cli;

/// <summary>What commands print.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Indented = new(ContractJson.Options) { WriteIndented = true };

    public static void Json(JsonNode node) => Console.WriteLine(node.ToJsonString(Indented));

    /// <summary>One line for an event of a job.</summary>
    public static string Line(string type, JsonObject data) => type switch
    {
        "changed" => $"{Text(data, "at")[..19]}  {Text(data, "state"),-10} {Text(data, "message")}",
        "progress" => $"{Text(data, "at")[..19]}  step {Number(data, "step", "0")}/{Number(data, "total_steps", "0")}  loss {Number(data, "loss", "0.000")}"
            + (data["remaining"] is { } left ? $"  left {left.GetValue<string>().Split('.')[0]}" : ""),
        "checkpoint" => $"{"",19}  checkpoint {Number(data, "step", "0")} committed",
        _ => $"{type} {data.ToJsonString()}",
    };

    public static string Text(JsonNode node, string key) => node[key] is JsonValue value ? value.ToString() : "";

    public static string Number(JsonNode node, string key, string format) =>
        node[key] is JsonValue value && value.TryGetValue<double>(out var number) ? number.ToString(format, CultureInfo.InvariantCulture) : "-";

    /// <summary>0 for a job that succeeded.</summary>
    public static int ExitCode(string state) => state == "succeeded" ? ExitCodes.Done : ExitCodes.JobFailed;
}
