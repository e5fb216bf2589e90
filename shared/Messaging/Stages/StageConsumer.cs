using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Writes a stage's command, or the wish to cancel it, into its row; done in milliseconds. The work is the runner's.
/// A consumer names both messages itself: <c>IConsumer&lt;StartTraining&gt;, IConsumer&lt;CancelStage&gt;</c>.
/// </summary>
public abstract class StageConsumer<TCommand>(StageInbox<TCommand> inbox)
    where TCommand : class, IStageCommand
{
    public Task Consume(ConsumeContext<TCommand> context) => InCommitAsync(context, session => inbox.AcceptAsync(session, context.Message, context.CancellationToken));

    public Task Consume(ConsumeContext<CancelStage> context) => InCommitAsync(context, session => inbox.CancelAsync(session, context.Message, context.CancellationToken));

    private Task InCommitAsync(ConsumeContext context, Func<WriteSession, Task> work)
    {
        context.InCommit(work);
        context.AfterCommit(inbox.Committed);
        return Task.CompletedTask;
    }
}
