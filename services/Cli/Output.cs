using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using Spectre.Console;

namespace FineTunePipeline.Cli;

/// <summary>What commands print. What came from elsewhere (names, messages, paths, answers) reaches a terminal only through <see cref="Clean"/>.</summary>
internal static class Output
{
    /// <summary>One JSON value on one line, so that several values are JSON Lines. JSON escapes control characters by itself.</summary>
    public static void Json(JsonNode node) => Console.WriteLine(node.ToJsonString(ContractJson.Options));

    /// <summary>One line for an event of a job.</summary>
    public static string Line(string type, JsonObject data) => type switch
    {
        "changed" => $"{At(data)}  {Text(data, "state"),-15} {Text(data, "message")}",
        "progress" => $"{At(data)}  step {Number(data, "step", "0")}/{Number(data, "total_steps", "0")}  loss {Number(data, "loss", "0.000")}{Cards(data["cards"] as JsonObject)}"
            + (data["samples_per_second"] is null ? "" : $"  {Number(data, "samples_per_second", "0.0")} samples/s")
            + (Text(data, "remaining") is { Length: > 0 } left ? $"  left {left.Split('.')[0]}" : ""),
        "checkpoint" => $"{"",19}  checkpoint {Number(data, "step", "0")} committed",
        "cost" => $"{At(data)}  cost {Number(data, "charged", "0.00##")} {Text(data, "currency")}, {Number(data, "held", "0.00##")} reserved",
        "parked" => $"{At(data)}  {"PARKED",-15} {Text(data, "message_types").Split(';')[0]} in {Text(data, "queue")}: {Text(data, "fault")}",
        _ => OneLine($"{type} {data.ToJsonString()}"),
    };

    /// <summary>A table of the objects of a list, a column for each of these.</summary>
    public static void Table(JsonNode? list, params (string Title, Func<JsonNode, string> Cell)[] columns)
    {
        var table = new Table().AddColumns([.. columns.Select(column => column.Title)]);
        foreach (var item in list as JsonArray ?? [])
        {
            table.AddRow(columns.Select(column => new Text(column.Cell(item!))));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>A column of <see cref="Table"/> that shows a value as it is.</summary>
    public static (string Title, Func<JsonNode, string> Cell) Column(string title, string? key = null) => (title, item => Text(item, key ?? title));

    /// <summary>A value of a JSON object for one line of a terminal; empty if it is not there.</summary>
    public static string Text(JsonNode node, string key) => (node as JsonObject)?[key] is JsonValue value ? OneLine(value.ToString()) : "";

    public static string Number(JsonNode node, string key, string format) =>
        (node as JsonObject)?[key] is JsonValue value && value.TryGetValue<double>(out var number) ? number.ToString(format, CultureInfo.InvariantCulture) : "-";

    /// <summary>Without the characters that command a terminal; lines stay lines.</summary>
    public static string Clean(string text) =>
        string.Create(text.Length, text, (clean, raw) =>
        {
            for (var i = 0; i < raw.Length; i++)
            {
                clean[i] = char.IsControl(raw[i]) && raw[i] is not ('\n' or '\t') ? '\uFFFD' : raw[i];
            }
        });

    /// <summary><see cref="Clean"/>, and all on one line.</summary>
    public static string OneLine(string text) => Clean(text.ReplaceLineEndings(" "));

    /// <summary>A record of the gateway's.</summary>
    public static T Record<T>(JsonNode node)
        where T : class
    {
        try
        {
            return node.Deserialize<T>(ContractJson.Options)!;
        }
        catch (JsonException exception)
        {
            throw new CliException(ExitCodes.Gateway, $"The gateway's answer is not understood ({OneLine(exception.Message)}); is it of another version than this program?");
        }
    }

    /// <summary>0 for a job that succeeded.</summary>
    public static int ExitCode(string state) => state == "succeeded" ? ExitCodes.Done : ExitCodes.JobFailed;

    /// <summary>How busy they are, as far as it is told.</summary>
    private static string Cards(JsonObject? cards)
    {
        if (cards is null)
        {
            return "";
        }

        var count = Number(cards, "cards", "0");
        var percent = cards["percent"] is null ? "" : $" {Number(cards, "percent", "0")} %";
        var memory = cards["used_bytes"] is null || cards["total_bytes"] is null ? "" : $" {Gibibytes(cards, "used_bytes")}/{Gibibytes(cards, "total_bytes")} GiB";
        return $"  {(count == "1" ? "GPU" : $"{count} GPUs")}{percent}{memory}";
    }

    private static string Gibibytes(JsonObject data, string key) =>
        data[key] is JsonValue value && value.TryGetValue<long>(out var bytes) ? (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture) : "-";

    private static string At(JsonObject data) => Text(data, "at") is { Length: >= 19 } at ? at[..19] : "";
}
