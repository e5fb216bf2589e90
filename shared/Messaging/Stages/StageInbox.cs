using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Takes in what the bus brings for one stage; the consumer's side of the stage runs. Part of a consume's commit: nobody else changes the stage's rows
/// between its look and its write.
/// </summary>
/// <typeparam name="TCommand">The stage's command.</typeparam>
public abstract class StageInbox<TCommand>
    where TCommand : class, IStageCommand
{
    /// <summary>
    /// Upserts the row of this attempt and closes those of older ones. For a finished attempt the stored outcome is published again; an attempt that was
    /// cancelled before its command came, or is older than the newest, is answered with <see cref="StageCancelled"/> and not done.
    /// </summary>
    internal abstract Task AcceptAsync(WriteSession session, TCommand command, CancellationToken cancellationToken);

    /// <summary>Marks this attempt and all older ones for ending; leaves a tombstone when the command has not come yet.</summary>
    internal abstract Task CancelAsync(WriteSession session, CancelStage cancel, CancellationToken cancellationToken);

    /// <summary>For after the commit: the runner of this process begins, or looks, at once.</summary>
    internal abstract void Committed();
}
