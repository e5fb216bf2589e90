using FineTunePipeline.Messaging.Data;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using MassTransit.Transports;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// The outbox for writers that are no consumers: an HTTP request, a stage runner. Messages are rows of the given context and are sent once
/// <see cref="SaveAsync"/> has written them together with the writer's own changes.
/// </summary>
public sealed class ServiceOutbox<TDb>
    where TDb : ServiceDbContext
{
    private readonly IDbContextFactory<TDb> _databases;
    private readonly IBus _bus;
    private readonly OutboxCommit<TDb> _commit;
    private readonly IServiceProvider _provider;

    internal ServiceOutbox(IDbContextFactory<TDb> databases, IBus bus, OutboxCommit<TDb> commit, IServiceProvider provider) =>
        (_databases, _bus, _commit, _provider) = (databases, bus, commit, provider);

    /// <summary>A change and the message that tells of it, in one transaction of a context of their own.</summary>
    public async Task SendAsync<T>(Uri destination, T message, Action<TDb>? change, CancellationToken cancellationToken)
        where T : class
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        change?.Invoke(database);
        await SendAsync(database, destination, message, cancellationToken);
        await SaveAsync(database, cancellationToken);
    }

    /// <summary>Adds a message to what <paramref name="database"/> will save.</summary>
    public Task SendAsync<T>(TDb database, Uri destination, T message, CancellationToken cancellationToken)
        where T : class => SendAsync(database, destination, message, NewId.NextGuid(), cancellationToken);

    /// <summary>As above, with an id by which receivers know the message again.</summary>
    internal async Task SendAsync<T>(TDb database, Uri destination, T message, Guid messageId, CancellationToken cancellationToken)
        where T : class
    {
        var endpoint = await new OutboxSendEndpointProvider(new Rows(database, _provider), _bus).GetSendEndpoint(destination);
        await endpoint.Send(message, context => context.MessageId = messageId, cancellationToken);
    }

    /// <summary>Adds a message as it was once stored.</summary>
    public void Add(TDb database, OutboxRow message) => database.Outgoing.Add(message);

    /// <summary>As <see cref="SendAsync{T}(TDb,Uri,T,CancellationToken)"/>, to all who listen to the message's own type.</summary>
    public Task PublishAsync(TDb database, object message, CancellationToken cancellationToken) =>
        new PublishEndpoint(new OutboxPublishEndpointProvider(new Rows(database, _provider), _bus)).Publish(message, message.GetType(), cancellationToken);

    /// <summary>Writes everything in one transaction, and sends.</summary>
    public Task SaveAsync(TDb database, CancellationToken cancellationToken) => _commit.SaveAsync(database, inbox: null, first: null, cancellationToken);

    /// <summary>As <see cref="SaveAsync(TDb,CancellationToken)"/>, if <paramref name="first"/>, run first in the transaction, answers true.</summary>
    internal Task<bool> SaveAsync(TDb database, Func<WriteSession, Task<bool>> first, CancellationToken cancellationToken) =>
        _commit.SaveAsync(database, inbox: null, first, cancellationToken);

    private sealed class Rows(TDb database, IServiceProvider provider) : OutboxSendContext
    {
        public Task AddSend<T>(SendContext<T> context)
            where T : class
        {
            database.Outgoing.Add(OutboxRows.From(context));
            return Task.CompletedTask;
        }

        public object? GetService(Type serviceType) => provider.GetService(serviceType);
    }
}
