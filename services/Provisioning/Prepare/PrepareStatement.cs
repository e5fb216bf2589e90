using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>What the host was found to be, and what was put there; stored for the job's provenance.</summary>
internal sealed record PrepareStatement
{
    public Stage Stage => Stage.Prepare;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required HostReference Host { get; init; }

    public required EnvironmentReport Environment { get; init; }

    /// <summary>Its manifest: what was brought there, or what lay there.</summary>
    public required ArtifactReference Model { get; init; }

    /// <summary>The folder of the host's own in which the model lies; null: it was brought there.</summary>
    public string? HostFolder { get; init; }

    public required ArtifactReference Dataset { get; init; }

    /// <summary>What the base model said there before a step was trained; null: it was not asked.</summary>
    public string? FirstAnswer { get; init; }

    /// <summary>Bytes on the host, each hashed there.</summary>
    public required long VerifiedBytes { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }
}
