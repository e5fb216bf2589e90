using System.Net.Sockets;
using FineTunePipeline.JobFiles;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli;

/// <summary>Every fault as one message and its exit code; stack traces are for faults of ours.</summary>
internal static class Failures
{
    private const string Advice = "Is it running (dotnet run --project services/Standalone)? Another address: --gateway URL or FINETUNE_GATEWAY.";

    public static int Report(Exception exception)
    {
        var (code, message) = exception switch
        {
            CliException known => (known.ExitCode, known.Message),
            JobFileException or CommandParseException or CommandRuntimeException => (ExitCodes.BadInput, exception.Message),
            OperationCanceledException when Interrupt.Token.IsCancellationRequested => (ExitCodes.Interrupted, "Interrupted."),
            _ when IsTheGateways(exception) => (ExitCodes.Gateway, $"{Sentence(exception)} {Advice}"),
            IOException or UnauthorizedAccessException => (ExitCodes.BadInput, exception.Message),
            _ => (ExitCodes.Gateway, exception.ToString()),
        };
        Console.Error.WriteLine(Output.Clean(message));
        return code;
    }

    /// <summary>The gateway cannot be reached, does not answer, breaks off, or has an error of its own: asking again may help. Faults of files here are not among them.</summary>
    public static bool IsTheGateways(Exception exception) => exception switch
    {
        CliException known => known.ExitCode == ExitCodes.Gateway,
        HttpRequestException or HttpIOException or IOException { InnerException: SocketException } => true,

        // A time limit of ours; Ctrl-C is the user's.
        OperationCanceledException => !Interrupt.Token.IsCancellationRequested,
        _ => false,
    };

    /// <summary>What happened, for people.</summary>
    public static string Sentence(Exception exception) => exception switch
    {
        CliException => Output.Clean(exception.Message),
        OperationCanceledException => "The gateway does not answer in time.",
        IOException => $"The connection to the gateway broke: {exception.Message}",
        _ => $"The gateway cannot be reached: {exception.Message}",
    };
}
