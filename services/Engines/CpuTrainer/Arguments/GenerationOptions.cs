namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>How answers are generated.</summary>
internal sealed record GenerationOptions
{
    public required bool Sample { get; init; }

    public required double Temperature { get; init; }

    public required double TopP { get; init; }

    public required int MaxNewTokens { get; init; }

    public required bool SkipSpecialTokens { get; init; }

    public static GenerationOptions From(ArgumentValues values) => new()
    {
        Sample = values.Flag("do_sample") && values.Number("temperature") > 0,
        Temperature = values.Number("temperature"),
        TopP = values.Number("top_p"),
        MaxNewTokens = values.Integer("max_new_tokens"),
        SkipSpecialTokens = values.Flag("skip_special_tokens"),
    };
}
