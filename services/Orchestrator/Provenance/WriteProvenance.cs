using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Orchestrator.Saga;

namespace FineTunePipeline.Orchestrator.Provenance;

/// <summary>The saga to its own service: write the account of this job as it stands now.</summary>
public sealed record WriteProvenance : IJobMessage
{
    public required string JobId { get; init; }

    public required JobState State { get; init; }

    public required JobSpec Spec { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public JobInputs? Inputs { get; init; }

    /// <summary>What training really ran with, after running out of memory changed it.</summary>
    public required Hyperparameters TrainedWith { get; init; }

    public required JobResult Result { get; init; }

    public Failure? Failure { get; init; }

    public required IReadOnlyList<JobMoment> Moments { get; init; }
}
