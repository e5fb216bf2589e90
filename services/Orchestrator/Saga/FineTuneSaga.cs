using System.Collections.Immutable;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>What the orchestrator knows of one job. The row stays after the end: late events must find it.</summary>
public sealed class FineTuneSaga : SagaStateMachineInstance, ISagaVersion
{
    public Guid CorrelationId { get; set; }

    public int Version { get; set; }

    public string CurrentState { get; set; } = "";

    public string JobId { get; set; } = "";

    public JobSpec Spec { get; set; } = null!;

    public DateTimeOffset SubmittedAt { get; set; }

    /// <summary>The job ends after validation.</summary>
    public bool PlanOnly { get; set; }

    /// <summary>Grows with each published change.</summary>
    public long ChangeVersion { get; set; }

    /// <summary>Time of the newest published change, in whole milliseconds.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>The stage at work, or at which the job ended.</summary>
    public Stage Stage { get; set; }

    /// <summary>Newest attempt of each stage; 0 if it never began.</summary>
    public ImmutableDictionary<Stage, int> Attempts { get; set; } = ImmutableDictionary<Stage, int>.Empty;

    /// <summary>Retries used, by kind of failure, since the last stage that ended well.</summary>
    public ImmutableDictionary<FailureKind, int> Retries { get; set; } = ImmutableDictionary<FailureKind, int>.Empty;

    /// <summary>Settings to train with: the job's, or what running out of memory made of them.</summary>
    public Hyperparameters TrainWith { get; set; } = new();

    /// <summary>Gradient checkpointing was switched on, against the job's word, for want of memory.</summary>
    public bool Recomputes { get; set; }

    /// <summary>Cards of so much memory were too small: a host of the job must have larger ones.</summary>
    public long? MoreCardBytes { get; set; }

    public JobInputs? Inputs { get; set; }

    /// <summary>The lease we pay for, from <see cref="HostAcquired"/> until <c>HostReleased</c>.</summary>
    public string? LeaseId { get; set; }

    /// <summary>Attempt of the stage provision that took <see cref="LeaseId"/>.</summary>
    public int LeaseAttempt { get; set; }

    /// <summary><see cref="LeaseId"/> was told to go.</summary>
    public bool Releasing { get; set; }

    public HostReference? Host { get; set; }

    public PreparedHost? Prepared { get; set; }

    public TrainedModel? Trained { get; set; }

    public ConvertedModel? Converted { get; set; }

    public JobResult Result { get; set; } = new();

    public Failure? Failure { get; set; }

    /// <summary>Why the job is being cancelled.</summary>
    public string? CancelReason { get; set; }

    /// <summary>Pausing or paused: what the job says when it rests, with how it goes on.</summary>
    public string? PauseNote { get; set; }

    /// <summary>Since when the job rests.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>How long it has rested, all pauses that are over together; the job's time does not run meanwhile.</summary>
    public TimeSpan PausedFor { get; set; }

    /// <summary>Pausing, and told meanwhile to go on.</summary>
    public bool GoesOn { get; set; }

    /// <summary>Cancelling or pausing, and the stage at work has not answered yet that nothing of it runs.</summary>
    public bool StageEnding { get; set; }

    /// <summary>Waiting, and what the job waits for only a person can give.</summary>
    public bool NeedsPerson { get; set; }

    /// <summary>What happened, for the provenance.</summary>
    public ImmutableList<JobMoment> Moments { get; set; } = [];

    public Guid? RetryToken { get; set; }

    public Guid? DeadlineToken { get; set; }

    /// <summary>When the job's time is up. It runs from the first moment, in which the job was taken in and its end was scheduled, and not while the job is paused.</summary>
    public DateTimeOffset? EndsAt => Moments.IsEmpty ? null : Moments[0].At + Spec.Budget.Deadline + PausedFor;

    public int Attempt(Stage stage) => Attempts.GetValueOrDefault(stage);

    /// <summary>Begins the next attempt of a stage.</summary>
    public int Begin(Stage stage)
    {
        Stage = stage;
        Attempts = Attempts.SetItem(stage, Attempt(stage) + 1);
        return Attempt(stage);
    }
}
