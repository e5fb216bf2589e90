namespace FineTunePipeline.Contracts.Jobs;

/// <summary>
/// Gateway to orchestrator: check this job, and tell what it would do. It ends after validation. A message of its own, so that nobody who does not know it takes it
/// for a job to be run and paid. Sent again for a known job it changes nothing.
/// </summary>
public sealed record PlanJob : IJobMessage
{
    public required string JobId { get; init; }

    public required JobSpec Spec { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }
}
