using System.Text.Json.Serialization;

namespace FineTunePipeline.Training.Progress;

/// <summary>A line of <c>trainer_log.jsonl</c>. Source: LLaMA-Factory 0.9.6, recorded 2026-11-24.</summary>
internal sealed record TrainingLogLine
{
    [JsonPropertyName("current_steps")]
    public int CurrentSteps { get; init; }

    [JsonPropertyName("total_steps")]
    public int TotalSteps { get; init; }

    [JsonPropertyName("loss")]
    public double? Loss { get; init; }

    [JsonPropertyName("lr")]
    public double? LearningRate { get; init; }

    [JsonPropertyName("epoch")]
    public double? Epoch { get; init; }
}
