using FineTunePipeline.Contracts.Stages;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Stages;

internal static partial class StageRunnerLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{JobId} {Stage} attempt {Attempt}: claimed with fence {Fence}")]
    public static partial void Claimed(this ILogger logger, string jobId, Stage stage, int attempt, long fence);

    [LoggerMessage(Level = LogLevel.Information, Message = "{JobId} {Stage} attempt {Attempt}: ended as {Outcome}")]
    public static partial void Ended(this ILogger logger, string jobId, Stage stage, int attempt, string outcome);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} {Stage} attempt {Attempt}: the claim with fence {Fence} was lost; its outcome is not accepted")]
    public static partial void ClaimLost(this ILogger logger, string jobId, Stage stage, int attempt, long fence);

    [LoggerMessage(Level = LogLevel.Error, Message = "{JobId} {Stage} attempt {Attempt}: failed by a fault of ours")]
    public static partial void Faulted(this ILogger logger, Exception exception, string jobId, Stage stage, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} {Stage} attempt {Attempt}: ending it failed, will be tried again in {Delay}")]
    public static partial void CancelFailed(this ILogger logger, Exception exception, string jobId, Stage stage, int attempt, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} {Stage} attempt {Attempt}: no contact to the host; again in {Wait}")]
    public static partial void ContactLost(this ILogger logger, Exception exception, string jobId, Stage stage, int attempt, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{JobId} {Stage} attempt {Attempt}: broken off")]
    public static partial void BrokenOff(this ILogger logger, Exception exception, string jobId, Stage stage, int attempt);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{JobId} {Stage} attempt {Attempt}: the bus is away, an interim event was not told")]
    public static partial void NotTold(this ILogger logger, Exception exception, string jobId, Stage stage, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "The runner of {Stage} could not reach its database; it goes on trying")]
    public static partial void DatabaseFailed(this ILogger logger, Exception exception, Stage stage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stage runs of {Database} could not be counted")]
    public static partial void NotMeasured(this ILogger logger, Exception exception, string database);
}
