using FineTunePipeline.Contracts;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The wait before a new attempt is over.</summary>
public sealed record RetryDue : IJobMessage
{
    public required string JobId { get; init; }
}
