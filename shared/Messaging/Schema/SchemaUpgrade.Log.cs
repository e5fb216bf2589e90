using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Schema;

internal static partial class SchemaUpgradeLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Database}: schema {Part} upgraded: {Step}")]
    public static partial void Upgraded(this ILogger logger, string database, string part, string step);
}
