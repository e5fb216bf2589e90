using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>
/// An engine program was ended from outside (SIGKILL, SIGTERM), or ended well without a word. Neither says anything about the program; both happen on a host
/// that is short of memory or being shut down, so it is worth another try.
/// </summary>
public sealed class EngineSilentException : Exception, IStageFault
{
    private EngineSilentException(string message)
        : base(message)
    {
    }

    public Failure Failure => new("engine_silent", Message, FailureKind.Transient);

    /// <summary>For a program that must write something to its standard output if it ends well.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="command">What ran, for people.</param>
    /// <exception cref="EngineSilentException">It told nothing.</exception>
    public static void ThrowIfSilent(CommandResult result, string command)
    {
        if (result.ExitCode is 137 or 143 || (result.ExitCode == 0 && string.IsNullOrWhiteSpace(result.StandardOutput)))
        {
            throw new EngineSilentException($"'{command}' ended with exit code {result.ExitCode} and told nothing.");
        }
    }
}
