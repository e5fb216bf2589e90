using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FineTunePipeline.Contracts.Ops;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Messaging.Parking;

/// <summary>
/// What a service does with a message that nobody could take: it goes, by the service's outbox, to the gateway, which keeps and shows all of them.
/// </summary>
public static partial class ParkedMessages
{
    /// <summary>The gateway's queue for them.</summary>
    public const string Queue = "gateway-parked";

    /// <summary>Transport header of a message that was parked and sent again: if it is parked once more, that is news.</summary>
    public const string SentAgain = "FineTune-Sent-Again";

    internal static Uri Address { get; } = new("queue:" + Queue);

    internal static ParkMessage From(ReceiveContext context, ParkReason reason, string fault, DateTimeOffset at)
    {
        var bytes = context.Body.GetBytes();
        var text = Encoding.UTF8.GetString(bytes);
        return Of(reason, context.InputAddress.ToString(), text, Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes), at) with
        {
            MessageId = context.GetMessageId(),
            MessageTypes = context.TransportHeaders.Get<string>(MessageHeaders.MessageType) ?? TypesOf(text),
            ContentType = (context.ContentType ?? new ContentType(MediaTypeNames.Application.Json)).ToString(),
            Fault = fault,
        };
    }

    internal static ParkMessage From(OutboxRow row, string fault, DateTimeOffset at) => Of(ParkReason.Unsent, row.Destination, row.Body, isText: true, at) with
    {
        JobId = row.JobId,
        MessageId = row.MessageId,
        MessageTypes = row.MessageTypes,
        ContentType = row.ContentType,
        Fault = fault,
    };

    /// <summary>Writes the command into the outbox of <paramref name="database"/>. What was parked is the same command however often it is told.</summary>
    internal static Task AddAsync<TDb>(this ServiceOutbox<TDb> outbox, TDb database, ParkMessage message, string identity, CancellationToken cancellationToken)
        where TDb : ServiceDbContext =>
        outbox.SendAsync(database, Address, message, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16)), cancellationToken);

    private static ParkMessage Of(ParkReason reason, string queue, string body, bool isText, DateTimeOffset at) => new()
    {
        Reason = reason,
        Queue = queue,
        JobId = JobIds().Match(body) is { Success: true } match ? match.Value : null,
        MessageTypes = "",
        ContentType = "",
        Fault = "",
        Body = body.Length > ParkMessage.MostCharacters ? body[..ParkMessage.MostCharacters] : body,
        IsWhole = isText && body.Length <= ParkMessage.MostCharacters,
        At = at,
    };

    /// <summary>From the envelope, without reading it as JSON: it may be none.</summary>
    private static string TypesOf(string body) => string.Join(';', Types().Matches(body).Select(match => match.Value).Distinct());

    [GeneratedRegex("ftjob-[0-9a-f]{32}")]
    private static partial Regex JobIds();

    [GeneratedRegex("urn:message:[A-Za-z0-9_.:+\\[\\]-]+")]
    private static partial Regex Types();
}
