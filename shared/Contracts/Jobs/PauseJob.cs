namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Let the job rest: what runs is ended, with what it has reached kept, and its host is given back. Harmless for a job that rests or has ended.</summary>
public sealed record PauseJob : IJobMessage
{
    public required string JobId { get; init; }

    /// <summary>By whom, or why, in the middle of a sentence.</summary>
    public required string Reason { get; init; }
}
