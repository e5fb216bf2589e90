namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>How a script of ours ended.</summary>
/// <param name="ExitCode">See the constants; other codes come from the programs that it ran.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">The last of standard error, trimmed.</param>
internal sealed record RemoteResult(int ExitCode, byte[] Output, string Error)
{
    /// <summary>Our scripts say so when a file is not there (sysexits' EX_NOINPUT).</summary>
    public const int NoSuchFile = 66;

    /// <summary>Our scripts say so when the host lacks a program (sysexits' EX_UNAVAILABLE).</summary>
    public const int NoSuchProgram = 69;
}
