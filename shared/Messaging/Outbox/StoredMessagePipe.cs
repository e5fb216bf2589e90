using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Sends a stored envelope as it is: it is not read and written again.</summary>
internal sealed class StoredMessagePipe(OutboxRow row) : IPipe<SendContext>
{
    public Task Send(SendContext context)
    {
        (context.MessageId, context.CorrelationId, context.ConversationId) = (row.MessageId, row.CorrelationId, row.ConversationId);
        (context.InitiatorId, context.RequestId) = (row.InitiatorId, row.RequestId);
        context.SupportedMessageTypes = row.MessageTypes.Split(';');
        if (row.Headers is not null)
        {
            foreach (var (key, value) in OutboxRows.ReadValues(row.Headers))
            {
                context.Headers.Set(key, value, overwrite: true);
            }
        }

        if (row.Properties is not null && context is TransportSendContext transport)
        {
            transport.ReadPropertiesFrom(OutboxRows.ReadValues(row.Properties));
        }

        Require(context);
        context.Serializer = new StoredSerializer(new ContentType(row.ContentType), new StringMessageBody(row.Body));
        return Task.CompletedTask;
    }

    /// <summary>Makes it confirmed only if some queue took it: an event for which nobody has bound a queue yet stays in the outbox.</summary>
    public static void Require(SendContext context)
    {
        if (context is RabbitMqSendContext rabbit)
        {
            rabbit.Mandatory = true;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("storedMessage");

    private sealed class StoredSerializer(ContentType contentType, MessageBody body) : IMessageSerializer
    {
        public ContentType ContentType => contentType;

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class => body;
    }
}
