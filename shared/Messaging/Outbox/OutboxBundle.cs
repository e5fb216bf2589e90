using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// Published messages of one type that go as one message when several wait to be sent. Receivers take both forms, and must know by themselves what they
/// have had: a message that comes again may be bundled in another way.
/// </summary>
public sealed class OutboxBundle
{
    /// <summary>Messages in a bundle.</summary>
    internal const int Limit = 64;

    private readonly string _itemType;
    private readonly Func<IEnumerable<OutboxRow>, object> _make;

    private OutboxBundle(string itemType, Func<IEnumerable<OutboxRow>, object> make) => (_itemType, _make) = (itemType, make);

    /// <param name="make">Puts messages into one, in the order given.</param>
    public static OutboxBundle Of<TItem, TBundle>(Func<IReadOnlyList<TItem>, TBundle> make)
        where TItem : class
        where TBundle : class =>
        new(MessageUrn.ForTypeString<TItem>(), rows => make([.. rows.Select(Read<TItem>)]));

    /// <summary>A message's own type is the first of its types.</summary>
    internal bool Takes(OutboxRow row) => row.MessageTypes.Split(';', 2)[0] == _itemType;

    /// <exception cref="JsonException">One of them cannot be read.</exception>
    internal object Make(IEnumerable<OutboxRow> rows) => _make(rows);

    private static T Read<T>(OutboxRow row)
    {
        using var envelope = JsonDocument.Parse(row.Body);
        return envelope.RootElement.TryGetProperty("message", out var message) && message.Deserialize<T>(SystemTextJsonMessageSerializer.Options) is { } read
            ? read
            : throw new JsonException($"The stored {typeof(T).Name} {row.MessageId} has no message in it.");
    }
}
