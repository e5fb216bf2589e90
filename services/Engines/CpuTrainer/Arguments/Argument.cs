namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>A key that the trainer understands.</summary>
/// <param name="Name">The key, LLaMA-Factory's name.</param>
/// <param name="Kind">What its value must be.</param>
/// <param name="Default">Value of an absent key; null is "not set".</param>
/// <param name="Doc">One line for <c>train -h</c>.</param>
internal sealed record Argument(string Name, ArgumentKind Kind, object? Default, string Doc)
{
    /// <summary>The only values allowed; null is any.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Smallest value allowed, for numbers.</summary>
    public double? AtLeast { get; init; }

    /// <summary>Largest value allowed, for numbers.</summary>
    public double? AtMost { get; init; }
}
