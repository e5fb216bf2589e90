using FineTunePipeline.Contracts;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The job's time is up.</summary>
public sealed record DeadlineDue : IJobMessage
{
    public required string JobId { get; init; }
}
