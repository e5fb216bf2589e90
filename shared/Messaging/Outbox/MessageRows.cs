using System.Data.Common;
using System.Globalization;
using FineTunePipeline.Messaging.Data;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Reads and writes of <c>inbox</c> and <c>outbox</c> past EF Core: two or three rows for every message would be most of its work.</summary>
internal static class MessageRows
{
    private const string InsertInbox = """INSERT INTO inbox ("ConsumerId", "MessageId", "JobId", "ConsumedAt") VALUES (@p0, @p1, @p2, @p3) ON CONFLICT DO NOTHING RETURNING 1""";

    private const string DeleteOutbox = """DELETE FROM outbox WHERE "Token" = @p0""";

    private const string InsertOutbox =
        """
        INSERT INTO outbox ("MessageId", "JobId", "CorrelationId", "ConversationId", "InitiatorId", "RequestId", "Destination", "ContentType", "MessageTypes",
            "Body", "Headers", "Properties", "DueAt", "Token", "Claim", "ClaimedUntil", "Failures")
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, 0) RETURNING "Seq"
        """;

    /// <summary>Takes back a message that waits for its due time.</summary>
    public static Task CancelAsync(WriteSession session, Guid token) => session.ExecuteAsync(DeleteOutbox, token);

    /// <summary>False if the message was consumed before.</summary>
    public static async Task<bool> InsertAsync(WriteSession session, InboxRow row) =>
        await session.ExecuteAsync(InsertInbox, row.ConsumerId, row.MessageId, row.JobId, session.Now) is not null;

    /// <summary>Its delay becomes a due time; without one it is claimed at once. A retry of the transaction stamps it anew.</summary>
    public static async Task InsertAsync(WriteSession session, OutboxRow row, OutboxSettings settings)
    {
        (row.Claim, row.ClaimedUntil) = row.DueAt <= 0 ? (settings.Owner, session.Now + (long)settings.ClaimTime.TotalMilliseconds) : (null, 0L);
        row.Seq = Convert.ToInt64(
            await session.ExecuteAsync(
                InsertOutbox, row.MessageId, row.JobId, row.CorrelationId, row.ConversationId, row.InitiatorId, row.RequestId, row.Destination, row.ContentType,
                row.MessageTypes, row.Body, row.Headers, row.Properties, session.Now + row.DueAt, row.Token, row.Claim, row.ClaimedUntil),
            CultureInfo.InvariantCulture);
    }
}
