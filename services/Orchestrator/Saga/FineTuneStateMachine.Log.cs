using FineTunePipeline.Contracts.Stages;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Orchestrator.Saga;

internal static partial class FineTuneStateMachineLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId} is unknown; {Event} was dropped")]
    public static partial void UnknownJob(this ILogger logger, string jobId, string @event);

    [LoggerMessage(Level = LogLevel.Information, Message = "{JobId}: {Event} of attempt {Attempt} came when the job was {State} in {Stage}; ignored")]
    public static partial void StaleEvent(this ILogger logger, string jobId, string @event, int attempt, string state, Stage stage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId}: the lease {LeaseId} of attempt {Attempt} came when the job was {State}; it is given back")]
    public static partial void StaleLease(this ILogger logger, string jobId, string leaseId, int attempt, string state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId}: training attempt {Attempt} started when the job was {State}; it is ended")]
    public static partial void StaleTraining(this ILogger logger, string jobId, int attempt, string state);

    [LoggerMessage(Level = LogLevel.Information, Message = "{JobId} was submitted again; it goes on")]
    public static partial void SubmittedAgain(this ILogger logger, string jobId);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{JobId}: the host of lease {LeaseId} could not be released: {Reason}")]
    public static partial void ReleaseFailed(this ILogger logger, string jobId, string leaseId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{JobId}: the lost host of attempt {Attempt} could not be released yet, and may cost on: {Reason}")]
    public static partial void LostNotReleased(this ILogger logger, string jobId, int attempt, string reason);
}
