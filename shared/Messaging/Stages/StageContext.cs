using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>What a runner knows of its claim.</summary>
public abstract class StageContext
{
    private readonly List<IStageEvent> _toldWithOutcome = [];

    public abstract string JobId { get; }

    public abstract int Attempt { get; }

    /// <summary>Grows with every claim of this job and stage; writes to a service's own tables carry it.</summary>
    public abstract long Fence { get; }

    /// <summary>The attempt is being ended, and what it has reached is to be kept for a next one.</summary>
    public virtual bool KeepsProgress => false;

    /// <summary>What an earlier entry of this attempt saved, or null.</summary>
    public abstract string? Handle { get; }

    /// <summary>Commits a note for the next entry: the intent before an outside call, the name of what it made after it.</summary>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public abstract Task SaveHandleAsync(string handle, CancellationToken cancellationToken);

    /// <summary>Publishes an interim event (progress, a committed checkpoint). May be lost with the process, or while the broker is away; the final event never is.</summary>
    public abstract Task PublishAsync(IStageEvent stageEvent, CancellationToken cancellationToken);

    /// <summary>Publishes an event in the transaction of the attempt's outcome, before it: told once if the outcome is stored, and else not at all.</summary>
    public void TellWithOutcome(IStageEvent stageEvent) => _toldWithOutcome.Add(stageEvent);

    /// <summary>In the order in which they were given.</summary>
    public IReadOnlyList<IStageEvent> ToldWithOutcome => _toldWithOutcome;
}
