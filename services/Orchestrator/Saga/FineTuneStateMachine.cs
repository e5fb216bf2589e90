using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Orchestrator.Provenance;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>
/// The only thing that knows the order of the stages. This file is its table of contents: states, events, and the phases in the order a job flows
/// through them, one file each. A phase handles its event in every state by asking two questions: is it of the current attempt of the current
/// stage? If not, does it carry something that is paid for or runs, and must be given back?
/// </summary>
public sealed partial class FineTuneStateMachine : MassTransitStateMachine<FineTuneSaga>
{
    /// <summary>The states in which a job is at its end; MassTransit's own <c>Final</c> would delete the row.</summary>
    public static readonly IReadOnlyList<string> AtEnd = [nameof(Succeeded), nameof(Failed), nameof(Cancelled)];

    /// <summary>The states in which a job waits for nothing that another service does.</summary>
    public static readonly IReadOnlyList<string> AtRest = [.. AtEnd, nameof(Paused)];

    private readonly ILogger<FineTuneStateMachine> _logger;
    private readonly TimeProvider _time;

    public FineTuneStateMachine(ILogger<FineTuneStateMachine> logger, TimeProvider time)
    {
        _logger = logger;
        _time = time;

        InstanceState(saga => saga.CurrentState);
        Correlate();

        SubmitPhase();
        ValidatePhase();
        FetchPhase();
        ProvisionPhase();
        PreparePhase();
        TrainPhase();
        EvaluatePhase();
        ConvertPhase();
        DeployPhase();
        FinishPhase();
        ResumePhase();
        ReleasePhase();
        LossPhase();
        BudgetPhase();
        SilencePhase();
        FailurePhase();
        CancelPhase();
        PausePhase();
    }

    /// <summary>A stage is at work; which one stands in <see cref="FineTuneSaga.Stage"/>.</summary>
    public State Running { get; private set; } = null!;

    /// <summary>Between two attempts.</summary>
    public State Waiting { get; private set; } = null!;

    /// <summary>Everything is done but the provenance.</summary>
    public State Finishing { get; private set; } = null!;

    public State Cancelling { get; private set; } = null!;

    /// <summary>On the way to <see cref="Paused"/>: what runs is being ended, then the host is given back.</summary>
    public State Pausing { get; private set; } = null!;

    /// <summary>Nothing runs and no host is held, until the job is told to go on.</summary>
    public State Paused { get; private set; } = null!;

    public State Succeeded { get; private set; } = null!;

    public State Failed { get; private set; } = null!;

    public State Cancelled { get; private set; } = null!;

    public Event<SubmitJob> JobSubmitted { get; private set; } = null!;

    public Event<PlanJob> PlanRequested { get; private set; } = null!;

    public Event<CancelJob> CancelRequested { get; private set; } = null!;

    public Event<PauseJob> PauseRequested { get; private set; } = null!;

    public Event<ResumeJob> ResumeRequested { get; private set; } = null!;

    public Event<JobValidated> Validated { get; private set; } = null!;

    public Event<ArtifactsFetched> Fetched { get; private set; } = null!;

    public Event<HostAcquired> HostTaken { get; private set; } = null!;

    public Event<HostPrepared> HostReady { get; private set; } = null!;

    public Event<TrainingStarted> TrainingBegan { get; private set; } = null!;

    public Event<TrainingCompleted> TrainingDone { get; private set; } = null!;

    public Event<ModelEvaluated> Evaluated { get; private set; } = null!;

    public Event<ModelConverted> ConversionDone { get; private set; } = null!;

    public Event<ModelDeployed> Deployed { get; private set; } = null!;

    public Event<HostReleased> HostGone { get; private set; } = null!;

    public Event<StageFailed> StageBroke { get; private set; } = null!;

    public Event<StageCancelled> StageEnded { get; private set; } = null!;

    public Event<StageResumed> StageTakenUp { get; private set; } = null!;

    public Event<HostLost> HostVanished { get; private set; } = null!;

    public Event<BudgetUsedUp> BudgetSpent { get; private set; } = null!;

    public Event<WakeUp> WokenUp { get; private set; } = null!;

    public Event<AskAgain> Silent { get; private set; } = null!;

    public Event<ProvenanceWritten> ProvenanceStored { get; private set; } = null!;

    public Event<Fault<WriteProvenance>> ProvenanceLost { get; private set; } = null!;

    public Schedule<FineTuneSaga, RetryDue> Retry { get; private set; } = null!;

    public Schedule<FineTuneSaga, DeadlineDue> Deadline { get; private set; } = null!;
}
