using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Deploy;

/// <summary>The deployed model answered one question with <c>finish_reason</c> stop.</summary>
public sealed record ModelDeployed : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required string Target { get; init; }

    /// <summary>Base address of an OpenAI-compatible API, ending in <c>/v1</c>; null for the target folder.</summary>
    public string? Endpoint { get; init; }

    public required string ModelName { get; init; }

    /// <summary>GGUF type that was deployed.</summary>
    public required string Type { get; init; }

    public required ArtifactReference Statement { get; init; }
}
