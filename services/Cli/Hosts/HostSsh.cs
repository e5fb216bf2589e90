using System.ComponentModel;
using System.Diagnostics;

namespace FineTunePipeline.Cli.Hosts;

/// <summary>The person's own <c>ssh</c>, with a script to run there. What it says itself, a question for a password too, is between it and the terminal.</summary>
internal static class HostSsh
{
    /// <summary>What it ends with where it did not get there, or lost the connection.</summary>
    public const int Failed = 255;

    /// <param name="options">Of ssh itself.</param>
    public static Process Start(HostLogin login, IReadOnlyList<string> options, string script, params string[] arguments)
    {
        // The login shell there may be any: it only starts another one, whose words are in quotes that all shells know.
        var line = string.Join(' ', ((string[])["sh", "-c", script, "finetune", .. arguments]).Select(ShellWord.Of));
        string[] command = ["-T", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", .. options, .. login.Ssh, line];
        try
        {
            return Process.Start(new ProcessStartInfo("ssh", command) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        }
        catch (Win32Exception exception)
        {
            throw new CliException(ExitCodes.BadInput, $"The program ssh cannot be run here ({exception.Message}): install an OpenSSH client.");
        }
    }

    /// <summary>Whatever happens, no ssh of ours is left.</summary>
    public static void End(Process ssh)
    {
        if (!ssh.HasExited)
        {
            ssh.Kill(entireProcessTree: true);
        }
    }
}
