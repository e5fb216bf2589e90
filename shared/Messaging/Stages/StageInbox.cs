using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Takes in what the bus brings for one stage; the consumer's side of the stage runs. Part of a consume: what it changes is written by the consume's flush.</summary>
/// <typeparam name="TCommand">The stage's command.</typeparam>
public abstract class StageInbox<TCommand>
    where TCommand : class, IStageCommand
{
    /// <summary>
    /// Upserts the row of this attempt and closes those of older ones. For a finished attempt the stored outcome is published again; an attempt that was
    /// cancelled before its command came, or is older than the newest, is answered with <see cref="StageCancelled"/> and not done.
    /// </summary>
    public abstract Task AcceptAsync(TCommand command, CancellationToken cancellationToken);

    /// <summary>Marks this attempt and all older ones for ending; leaves a tombstone when the command has not come yet.</summary>
    public abstract Task CancelAsync(CancelStage cancel, CancellationToken cancellationToken);

    /// <summary>In the commit: throws if an attempt came in since this consume looked.</summary>
    public abstract Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Makes the runner of this process look at once; for after the commit.</summary>
    public abstract void Wake();
}
