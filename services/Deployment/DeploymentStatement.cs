using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Deployment;

/// <summary>What this stage read and did; stored for the job's provenance.</summary>
internal sealed record DeploymentStatement
{
    public Stage Stage => Stage.Deploy;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The engine that serves or described the file, with its llama.cpp; null if nothing was deployed.</summary>
    public string? EngineVersion { get; init; }

    public required string Target { get; init; }

    public required string Type { get; init; }

    public required ArtifactReference File { get; init; }

    public required string ModelName { get; init; }

    public string? Endpoint { get; init; }

    /// <summary>What was tried: a question and its answer, or the files that were written.</summary>
    public required string Proof { get; init; }
}
