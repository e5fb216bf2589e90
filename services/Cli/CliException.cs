namespace FineTunePipeline.Cli;

/// <summary>Ends the program with a message and an exit code.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
