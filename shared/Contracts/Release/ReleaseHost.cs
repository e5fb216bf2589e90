using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Release;

/// <summary>Give the host back. Ignored when the lease's row names a newer attempt.</summary>
public sealed record ReleaseHost : IStageCommand
{
    public required string JobId { get; init; }

    /// <summary>Attempt of the stage provision that took the lease.</summary>
    public required int Attempt { get; init; }

    public required string LeaseId { get; init; }

    public required string Reason { get; init; }
}
