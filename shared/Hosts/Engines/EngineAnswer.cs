using System.Text.Json;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>What our engines write: an answer, or the error that ended them, is the last line. See <c>services/Engines/README.md</c>.</summary>
public static class EngineAnswer
{
    /// <summary>The last line that is not empty, without spaces around it; empty if there is none.</summary>
    public static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";

    /// <summary>Code and message inside the error that <c>finetune-model</c> ended with; a line that is none of its own is the message.</summary>
    public static (string? Code, string Message) ErrorOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var error = json.RootElement.GetProperty("error");
            return (error.GetProperty("code").GetString(), error.GetProperty("message").GetString() ?? line);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, line);
        }
    }
}
