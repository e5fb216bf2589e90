using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Outbox;

internal static partial class OutboxDispatcherLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The dispatcher of {Database} stopped; what it did not send is sent by the next one")]
    public static partial void Stopped(this ILogger logger, string database);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Types} of {JobId} waits for the bus")]
    public static partial void Waits(this ILogger logger, Exception exception, string types, string? jobId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} messages could not be sent as one; each is sent by itself")]
    public static partial void BundleFailed(this ILogger logger, Exception exception, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Types} of {JobId} could not be sent; again in {Wait}")]
    public static partial void SendFailed(this ILogger logger, Exception exception, string types, string? jobId, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Types} ({MessageId}) of {JobId} to {Destination} was given up after {Failures} failures; its row stays in the outbox")]
    public static partial void GivenUp(this ILogger logger, Exception exception, string types, Guid messageId, string? jobId, string destination, int failures);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox of {Database} could not be written; it goes on trying")]
    public static partial void DatabaseFailed(this ILogger logger, Exception exception, string database);
}
