namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>What one rendering may cost. Templates come with downloaded models, so they are treated as hostile programs.</summary>
public sealed record ChatTemplateLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static ChatTemplateLimits Default { get; } = new();

    /// <summary>Longest template source, in UTF-16 characters. The longest known real template has about 30,000.</summary>
    public int MaxSourceLength { get; init; } = 500_000;

    /// <summary>Longest rendered text, in UTF-16 characters.</summary>
    public int MaxOutputLength { get; init; } = 4_000_000;

    /// <summary>Evaluated expressions and statements of one rendering; this also bounds the turns of all loops together.</summary>
    public long MaxSteps { get; init; } = 2_000_000;

    /// <summary>Characters that one rendering may create in all, also those that it throws away; an item of a list counts as eight.</summary>
    public long MaxAllocation { get; init; } = 32_000_000;

    /// <summary>Nesting of evaluation: expressions, blocks and macro calls together.</summary>
    public int MaxDepth { get; init; } = 1_000;

    /// <summary>Longest <c>range(…)</c>; the value of Jinja's own sandbox.</summary>
    public int MaxRange { get; init; } = 100_000;

    /// <summary>Longest time of one rendering.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(5);
}
