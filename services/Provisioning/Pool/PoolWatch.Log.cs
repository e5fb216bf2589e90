using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Provisioning.Pool;

internal static partial class PoolWatchLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The host {Host} of lease {LeaseId} gives no sign of life: {Reason}")]
    public static partial void IsSilent(this ILogger logger, string host, string leaseId, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The host {Host} of lease {LeaseId} answers again after {Silence}")]
    public static partial void Answers(this ILogger logger, string host, string leaseId, TimeSpan silence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The host {Host} of lease {LeaseId} is given up: {Reason}")]
    public static partial void Lost(this ILogger logger, string host, string leaseId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Host} could not be tested for its owner")]
    public static partial void TestFailed(this ILogger logger, Exception exception, string host);
}
