namespace FineTunePipeline.ModelTools.Llama;

/// <summary>One answer to be generated.</summary>
internal sealed record GenerationRequest
{
    /// <summary>Tokens to continue; not empty.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>Most tokens of the answer.</summary>
    public required int MaxTokens { get; init; }

    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Tokens that end the answer, beside those that end every generation of the model.</summary>
    public IReadOnlySet<int> StopTokens { get; init; } = new HashSet<int>();

    /// <summary>Texts that end the answer; they are not part of it.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>
    /// May go on from what a sequence has seen of an earlier prompt. The sums of a model come out a little differently then, so that a seed would not give
    /// the same answer twice.
    /// </summary>
    public bool MayReusePrompt { get; init; }

    /// <summary>Nobody waits for the answer any more.</summary>
    public CancellationToken Cancelled { get; init; }
}
