using FineTunePipeline.Contracts;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The orchestrator to itself: a host became free, and this job waits for one.</summary>
public sealed record WakeUp : IJobMessage
{
    public required string JobId { get; init; }
}
