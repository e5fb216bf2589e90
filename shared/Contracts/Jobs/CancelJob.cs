namespace FineTunePipeline.Contracts.Jobs;

/// <summary>End the job: stop what runs, release what was taken.</summary>
public sealed record CancelJob : IJobMessage
{
    public required string JobId { get; init; }

    public required string Reason { get; init; }
}
