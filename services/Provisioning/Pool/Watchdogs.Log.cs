using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Provisioning.Pool;

internal static partial class WatchdogsLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The host {Host} of lease {LeaseId} stops itself at {At}")]
    public static partial void WatchdogStarted(this ILogger logger, string host, string leaseId, DateTimeOffset at);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The host {Host} of lease {LeaseId} could not be told when to stop itself; it is told at the next look")]
    public static partial void NoWatchdog(this ILogger logger, Exception exception, string host, string leaseId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watchdog of the host {Host} ended before its time: the host no longer names the lease {LeaseId}, and will not stop itself")]
    public static partial void WatchdogEnded(this ILogger logger, string host, string leaseId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The host {Host} of lease {LeaseId} does not answer: whether it still stops itself is known when it does")]
    public static partial void WatchdogUnknown(this ILogger logger, string host, string leaseId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The host {Host} of lease {LeaseId} was told to power itself off, and has not answered since {At}")]
    public static partial void IsOff(this ILogger logger, string host, string leaseId, DateTimeOffset at);

    [LoggerMessage(Level = LogLevel.Information, Message = "The host {Host} of lease {LeaseId} is {Status}, as its status command says")]
    public static partial void HasEnded(this ILogger logger, string host, string leaseId, string status);
}
