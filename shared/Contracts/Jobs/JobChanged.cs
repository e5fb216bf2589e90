using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Published by the orchestrator at each change of a job: the whole of what views show, not a difference.</summary>
public sealed record JobChanged : IJobMessage
{
    public required string JobId { get; init; }

    /// <summary>Grows with each change of this job; a view ignores a lower one.</summary>
    public required long Version { get; init; }

    public required JobState State { get; init; }

    /// <summary>The stage at work, or at which the job ended; null before the first.</summary>
    public Stage? Stage { get; init; }

    /// <summary>Attempt of that stage, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Message { get; init; }

    public Failure? Failure { get; init; }

    /// <summary>What the job has left so far; grows only.</summary>
    public required JobResult Result { get; init; }

    public required DateTimeOffset At { get; init; }
}
