namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>What a chat template is rendered with.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>The conversation, oldest message first.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Ends the text with the opening of an assistant turn, for generation.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Text of the tokens that templates name; null leaves the variable undefined, as transformers does.</summary>
    public string? BosToken { get; init; }

    /// <inheritdoc cref="BosToken"/>
    public string? EosToken { get; init; }

    /// <inheritdoc cref="BosToken"/>
    public string? PadToken { get; init; }

    /// <inheritdoc cref="BosToken"/>
    public string? UnkToken { get; init; }

    /// <summary>
    /// Further variables (<c>tools</c>, <c>documents</c>, <c>enable_thinking</c>, …): null, bool, numbers, strings, dictionaries with string keys,
    /// sequences, <c>JsonElement</c> and <c>JsonNode</c>, nested as wanted.
    /// </summary>
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }
}
