using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Bus;

internal static partial class BrokerConnectionLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Fault} It is tried again until it works; until then jobs wait, and /health/ready says so")]
    public static partial void NotConnected(this ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Debug, Message = "RabbitMQ cannot be reached; again in {Wait}")]
    public static partial void TriesAgain(this ILogger logger, Exception exception, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The bus could not be stopped in order")]
    public static partial void NotStopped(this ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to RabbitMQ: {Broker}")]
    public static partial void Connected(this ILogger logger, RabbitMqOptions broker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "RabbitMQ answers, but the bus has not come back for {Time}; it is started again")]
    public static partial void StartsAgain(this ILogger logger, TimeSpan time);
}
