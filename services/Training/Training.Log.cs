using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Training;

internal static partial class TrainingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{JobId} attempt {Attempt}: training {What} (from step {FromStep})")]
    public static partial void Training(this ILogger logger, string jobId, int attempt, string what, int fromStep);

    [LoggerMessage(Level = LogLevel.Information, Message = "{JobId} attempt {Attempt}: checkpoint of step {Step} committed ({Bytes} bytes)")]
    public static partial void Committed(this ILogger logger, string jobId, int attempt, int step, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} attempt {Attempt}: the checkpoint of step {Step} was not committed, training goes on")]
    public static partial void CommitFailed(this ILogger logger, Exception exception, string jobId, int attempt, int step);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} attempt {Attempt}: the checkpoint of step {Step}, at which the job is paused, was not committed")]
    public static partial void NotKept(this ILogger logger, Exception exception, string jobId, int attempt, int step);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId}: the committed checkpoint of step {Step} cannot be used, trying an older one")]
    public static partial void CheckpointUnusable(this ILogger logger, Exception exception, string jobId, int step);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} attempt {Attempt}: no contact to the host, which says nothing about the run there: {Reason}")]
    public static partial void ContactLost(this ILogger logger, string jobId, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{JobId} attempt {Attempt}: contact to the host again after {Silence}")]
    public static partial void ContactBack(this ILogger logger, string jobId, int attempt, TimeSpan silence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} attempt {Attempt}: training is stopped: {Reason}")]
    public static partial void Stopped(this ILogger logger, string jobId, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{JobId} attempt {Attempt}: how busy the cards are is not told, and asked again after {Wait}: {Reason}")]
    public static partial void CardsUntold(this ILogger logger, string jobId, int attempt, TimeSpan wait, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is of no trainer of this attempt, and is deleted")]
    public static partial void StaleOutput(this ILogger logger, string path);
}
