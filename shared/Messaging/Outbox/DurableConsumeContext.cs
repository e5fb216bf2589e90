using FineTunePipeline.Contracts;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Diagnostics;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// A consume that writes once, at its end: what the consumer changed in the context, the inbox row, what it sent as outbox rows. Until then it holds no
/// lock and no transaction; whoever read the same rows meanwhile is found out by their version, and the endpoint's retry does the consume again.
/// </summary>
internal sealed class DurableConsumeContext<TDb, TMessage>(
    ConsumeContext<TMessage> context, OutboxConsumeOptions options, IServiceProvider provider, TDb database, Guid messageId, OutboxCommit<TDb> commit)
    : OutboxConsumeContextProxy<TMessage>(context, options, provider), IDurableConsume
    where TDb : ServiceDbContext
    where TMessage : class
{
    private readonly Lock _gate = new();
    private readonly List<Guid> _cancelled = [];
    private readonly List<Func<WriteSession, Task>> _work = [];
    private readonly List<Action> _after = [];

    public override bool ContinueProcessing { get; set; } = true;

    // The commit finds out: a message that was consumed before changes nothing, and to ask first would cost every message a question.
    public override bool IsMessageConsumed => false;

    // Rows are sent by the dispatcher, not by the consume.
    public override bool IsOutboxDelivered => true;

    public override int ReceiveCount => 0;

    public override long? LastSequenceNumber => null;

    public override Task AddSend<T>(SendContext<T> context)
    {
        var row = OutboxRows.From(context);
        lock (_gate)
        {
            database.Outgoing.Add(row);
        }

        return Task.CompletedTask;
    }

    public void CancelScheduled(Guid token)
    {
        lock (_gate)
        {
            if (database.Outgoing.RemoveAll(row => row.Token == token) == 0)
            {
                _cancelled.Add(token);
            }
        }
    }

    public void InCommit(Func<WriteSession, Task> work)
    {
        lock (_gate)
        {
            _work.Add(work);
        }
    }

    public void AfterCommit(Action action)
    {
        lock (_gate)
        {
            _after.Add(action);
        }
    }

    public override async Task SetConsumed()
    {
        var inbox = new InboxRow { ConsumerId = ConsumerId, MessageId = messageId, JobId = (Message as IJobMessage)?.JobId };
        if (await commit.SaveAsync(database, inbox, BeginAsync, CancellationToken))
        {
            MessagingPoints.Reach(MessagingPoints.ConsumeCommitted, messageId);
            _after.ForEach(action => action());
        }
    }

    public override Task SetDelivered() => Task.CompletedTask;

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() => Task.FromResult(new List<OutboxMessageContext>());

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => Task.CompletedTask;

    public override Task RemoveOutboxMessages() => Task.CompletedTask;

    private async Task<bool> BeginAsync(WriteSession session)
    {
        foreach (var work in _work)
        {
            await work(session);
        }

        foreach (var token in _cancelled)
        {
            await MessageRows.CancelAsync(session, token);
        }

        return true;
    }
}
