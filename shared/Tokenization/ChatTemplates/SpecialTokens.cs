namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>The named tokens of a model; null where it has none.</summary>
public sealed record SpecialTokens
{
    /// <summary>Begins a text; templates name it <c>bos_token</c>.</summary>
    public string? BosToken { get; init; }

    /// <summary>Ends a text; templates name it <c>eos_token</c>.</summary>
    public string? EosToken { get; init; }

    /// <summary>Fills a batch; where a model has none, the end token is used.</summary>
    public string? PadToken { get; init; }

    /// <summary>Stands for what the vocabulary lacks.</summary>
    public string? UnkToken { get; init; }

    /// <summary>Ids where they are known apart from the token's text (config.json, GGUF); else they are looked up.</summary>
    public int? BosId { get; init; }

    /// <inheritdoc cref="BosId"/>
    public int? EosId { get; init; }

    /// <inheritdoc cref="BosId"/>
    public int? PadId { get; init; }

    /// <summary>Every id that ends generation by the model's own files (there may be several).</summary>
    public IReadOnlySet<int> StopIds { get; init; } = new HashSet<int>();
}
