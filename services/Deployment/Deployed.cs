namespace FineTunePipeline.Deployment;

/// <summary>A model that is usable, with the proof.</summary>
public sealed record Deployed
{
    /// <summary>Base address of an OpenAI-compatible API, ending in <c>/v1</c>; null for a target without one.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The engine that had a part in it, with its llama.cpp; null if none had.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>What was tried: a question and its answer, or the files that were written.</summary>
    public required string Proof { get; init; }
}
