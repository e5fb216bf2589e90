using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// A stage's work, without bus types. It is entered under a claim and may be entered again at any point by another process: it looks at what is
/// there (run folder, store, database) and goes on, so every outside effect must be findable by a name made from job, stage and attempt.
/// </summary>
/// <typeparam name="TCommand">The command that asks for the stage.</typeparam>
public interface IStageRunner<in TCommand>
    where TCommand : class, IStageCommand
{
    /// <summary>Does the work and returns the event that says so.</summary>
    /// <param name="cancellationToken">
    /// Fires when the claim was lost, the service stops, or the attempt was cancelled. Work that runs outside this process is left alone then:
    /// the next claim adopts it, and a cancelled attempt gets <see cref="CancelAsync"/>.
    /// </param>
    /// <exception cref="StageException">The stage failed; its failure is published. Any other exception is published as <see cref="StageFailures"/> has it.</exception>
    Task<IStageEvent> RunAsync(TCommand command, StageContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what this attempt left running outside and removes what only it needed. Called until it succeeds; must be repeatable. With
    /// <see cref="StageContext.KeepsProgress"/> it first keeps what a next attempt can go on from, if the stage has such a thing.
    /// </summary>
    Task CancelAsync(TCommand command, StageContext context, CancellationToken cancellationToken);
}
