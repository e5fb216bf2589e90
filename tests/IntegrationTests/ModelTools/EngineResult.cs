using System.Text.Json;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>How a run of finetune-model ended.</summary>
public sealed record EngineResult(int ExitCode, string Output, string Diagnostics)
{
    /// <summary>The JSON object in the last line of standard output.</summary>
    public JsonElement Result => Parse(Output);

    /// <summary>The error object in the last line of standard error.</summary>
    public JsonElement Error => Parse(Diagnostics).GetProperty("error");

    public string ErrorCode => Error.GetProperty("code").GetString()!;

    public string ErrorMessage => Error.GetProperty("message").GetString()!;

    public IReadOnlyList<JsonElement> Lines =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static JsonElement Parse(string text)
    {
        var last = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? throw new InvalidOperationException("The program wrote nothing.");
        return JsonDocument.Parse(last).RootElement;
    }
}
