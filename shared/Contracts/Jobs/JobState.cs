namespace FineTunePipeline.Contracts.Jobs;

/// <summary>What a person sees of a job. The last three are final.</summary>
public enum JobState
{
    Queued,
    Running,
    WaitingForYou,
    Paused,
    Cancelling,
    Succeeded,
    Failed,
    Cancelled,
}
