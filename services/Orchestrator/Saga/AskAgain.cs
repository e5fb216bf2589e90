using FineTunePipeline.Contracts;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The orchestrator to itself: nothing was heard of this job for long, ask again for what it waits for.</summary>
public sealed record AskAgain : IJobMessage
{
    public required string JobId { get; init; }
}
