using FineTunePipeline.JobFiles;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli;

/// <summary>Every fault as one message and its exit code; stack traces are for faults of ours.</summary>
internal static class Failures
{
    public static int Report(Exception exception)
    {
        switch (exception)
        {
            case CliException known:
                Console.Error.WriteLine(known.Message);
                return known.ExitCode;
            case JobFileException job:
                Console.Error.WriteLine(job.Message);
                return ExitCodes.BadInput;
            case CommandParseException or CommandRuntimeException:
                Console.Error.WriteLine(exception.Message);
                return ExitCodes.BadInput;
            case HttpRequestException http:
                Console.Error.WriteLine($"The gateway cannot be reached: {http.Message} Is it running (dotnet run --project services/Standalone)? Another address: --gateway URL or FINETUNE_GATEWAY.");
                return ExitCodes.Gateway;
            case OperationCanceledException:
                return ExitCodes.Interrupted;
            case IOException or UnauthorizedAccessException:
                Console.Error.WriteLine(exception.Message);
                return ExitCodes.BadInput;
            default:
                Console.Error.WriteLine(exception);
                return ExitCodes.Gateway;
        }
    }
}
