using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace FineTunePipeline.Training.Watching;

/// <summary>One line of <c>trainer_log.jsonl</c>. Source: LLaMA-Factory 0.9.6's own files, 2026-11.</summary>
internal sealed partial record TrainerLogLine
{
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Optimizer steps done.</summary>
    [JsonPropertyName("current_steps")]
    public required int Step { get; init; }

    [JsonPropertyName("total_steps")]
    public required int TotalSteps { get; init; }

    /// <summary>Mean since the line before; null on lines of an evaluation and on the last one.</summary>
    [JsonPropertyName("loss")]
    public double? Loss { get; init; }

    [JsonPropertyName("eval_loss")]
    public double? EvalLoss { get; init; }

    [JsonPropertyName("lr")]
    public double? LearningRate { get; init; }

    [JsonPropertyName("epoch")]
    public double? Epoch { get; init; }

    /// <summary>Null if the text is no such line.</summary>
    public static TrainerLogLine? Parse(string text)
    {
        try
        {
            // Python writes NaN and Infinity bare, which is not JSON.
            return JsonSerializer.Deserialize<TrainerLogLine>(BareWords().Replace(text, "$1\"$2\""), Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"(:\s*)(NaN|-?Infinity)(?=\s*[,}])")]
    private static partial Regex BareWords();
}
