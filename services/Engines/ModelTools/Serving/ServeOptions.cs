namespace FineTunePipeline.ModelTools.Serving;

/// <summary>What a model server is started with; see the verb's options.</summary>
internal sealed record ServeOptions
{
    public required string ModelPath { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string Alias { get; init; }

    public required int Parallel { get; init; }

    public required int Queue { get; init; }

    /// <summary>null: the model's own, up to a limit.</summary>
    public int? ContextTokens { get; init; }

    public required double Temperature { get; init; }

    public required double TopP { get; init; }

    public string? TemplateFile { get; init; }
}
