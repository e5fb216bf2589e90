namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Gateway to orchestrator: begin this job. Sent again for a known job it changes nothing.</summary>
public sealed record SubmitJob : IJobMessage
{
    public required string JobId { get; init; }

    public required JobSpec Spec { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }
}
