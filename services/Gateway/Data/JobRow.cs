using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Gateway.Data;

/// <summary>What lists and pages show of a job.</summary>
public sealed class JobRow
{
    /// <summary>Time-ordered, so that it is also the paging cursor.</summary>
    public required string JobId { get; set; }

    public required string Name { get; set; }

    /// <summary>The job as submitted (JSON).</summary>
    public required string Spec { get; set; }

    public required long SubmittedAtMs { get; set; }

    public required JobState State { get; set; }

    /// <summary>The job is only checked; no list has it.</summary>
    public bool PlanOnly { get; set; }

    /// <summary>Version of the newest change that was applied; older ones are ignored.</summary>
    public long Version { get; set; }

    /// <summary>The newest <see cref="JobChanged"/> (JSON).</summary>
    public string? Change { get; set; }

    /// <summary>The newest <see cref="Contracts.Train.TrainingProgressed"/> (JSON).</summary>
    public string? Progress { get; set; }

    /// <summary>What its hosts cost so far (JSON of <see cref="Contracts.Money.JobCostChanged"/>); null: nothing was told.</summary>
    public string? Cost { get; set; }

    /// <summary>Number of the newest stored event.</summary>
    public long LastSequence { get; set; }
}
