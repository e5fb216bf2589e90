using System.Text.Json;
using FineTunePipeline.Contracts;
using MassTransit;
using MassTransit.Context;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Makes an outbox row from what the bus was about to send. A time to live is not kept: what is worth a row is never too late.</summary>
internal static class OutboxRows
{
    public static OutboxRow From<T>(SendContext<T> context)
        where T : class
    {
        // The row waits, not the transport: a delay that reached a broker without the plugin for it would hang the send.
        var delay = context.Delay is { } wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        context.Delay = null;
        return new OutboxRow
        {
            MessageId = context.MessageId ?? NewId.NextGuid(),
            JobId = (context.Message as IJobMessage)?.JobId,
            CorrelationId = context.CorrelationId,
            ConversationId = context.ConversationId,
            InitiatorId = context.InitiatorId,
            RequestId = context.RequestId,
            Destination = (context.DestinationAddress ?? throw new ArgumentException("The message has no destination.", nameof(context))).ToString(),
            MessageTypes = string.Join(';', context.SupportedMessageTypes),
            Headers = Write(context.Headers.GetAll().Where(header => header.Value is not null)
                .ToDictionary(header => header.Key, header => header.Value is Uri uri ? uri.ToString() : header.Value)),
            Properties = Properties(context),
            DueAt = (long)delay.TotalMilliseconds,
            Token = context.ScheduledMessageId,
            Body = context.Serializer.GetMessageBody(context).GetString(),
            ContentType = context.ContentType!.ToString(),
        };
    }

    public static IReadOnlyDictionary<string, object> ReadValues(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!.ToDictionary(pair => pair.Key, pair => Value(pair.Value));

    private static string? Properties(SendContext context)
    {
        if (context is not TransportSendContext transport)
        {
            return null;
        }

        var properties = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        transport.WritePropertiesTo(properties);
        return Write(properties);
    }

    private static string? Write(Dictionary<string, object> values) => values.Count == 0 ? null : JsonSerializer.Serialize(values);

    private static object Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var number) ? number : value.GetDouble(),
        _ => value.ToString(),
    };
}
