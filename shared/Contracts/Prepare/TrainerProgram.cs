namespace FineTunePipeline.Contracts.Prepare;

/// <summary>A trainer that the host has by itself, as it was found there.</summary>
public sealed record TrainerProgram
{
    /// <summary>Absolute path on the host of a program with the verbs of <c>llamafactory-cli</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>What it needs in its environment, such as the PATH by which it finds its own launcher. No secrets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Graphics cards that it computes on; 0: on the processor.</summary>
    public int Cards { get; init; }

    /// <summary>Memory of its smallest card, as the driver tells it; null: it does not, or there is none.</summary>
    public long? CardBytes { get; init; }

    /// <summary>Type in which it computes, as PyTorch names types: <c>bfloat16</c> or <c>float16</c> on cards, <c>float32</c> on the processor.</summary>
    public string Precision { get; init; } = "float32";
}
