using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Parking;

internal static partial class ParkFilterLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A message ({Types}) of {JobId} in {Queue} is parked: {Fault} `finetune ops parked` shows it")]
    public static partial void Parked(this ILogger logger, string types, string? jobId, string queue, string fault);
}
