using FineTunePipeline.Contracts;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The wait before a new attempt, or for a host on its way out at the job's end, is over.</summary>
public sealed record RetryDue : IJobMessage
{
    public required string JobId { get; init; }
}
