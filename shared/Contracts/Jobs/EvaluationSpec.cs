using System.ComponentModel;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>
/// Questions asked to the base and to the tuned model, and the gate. A question file is JSONL with
/// <c>{"id", "prompt", "expect", "match": "contains"|"exact"}</c>; <c>{{key}}</c> is replaced as in the data.
/// </summary>
public sealed record EvaluationSpec
{
    [Description("Questions about what the data teaches (JSONL file or artifact:<sha256>).")]
    public string? Taught { get; init; }

    [Description("Questions about what the base model knew and must not forget.")]
    public string? General { get; init; }

    [Description("A second set of wordings of the taught questions: reported, never judged.")]
    public string? TaughtFresh { get; init; }

    [Description("A second set of wordings of the general questions: reported, never judged.")]
    public string? GeneralFresh { get; init; }

    [Description("Accuracy (0 to 1) on the taught questions below which the result is not deployed.")]
    public double MinTaught { get; init; }

    [Description("Loss of accuracy (0 to 1) on the general questions above which the result is not deployed.")]
    public double MaxGeneralDrop { get; init; } = 1;

    [Description("Tokens an answer may have.")]
    public int MaxNewTokens { get; init; } = 64;
}
