using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Orchestrator.Silence;

internal static partial class SilenceWatchLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Nothing was heard of {Count} jobs for long ({First} is one): what they wait for is asked for again")]
    public static partial void AskedAgain(this ILogger logger, int count, string first);
}
