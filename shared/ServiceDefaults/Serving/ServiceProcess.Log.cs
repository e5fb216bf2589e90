using Microsoft.Extensions.Logging;

namespace FineTunePipeline.ServiceDefaults.Serving;

internal static partial class ServiceProcessLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The setting {Key} is read by nobody{Guess}")]
    public static partial void UnknownSetting(this ILogger logger, string key, string guess);
}
