using System.Security.Cryptography;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>
/// A script for the host's <c>sh</c>, whatever the login shell is, with its arguments as <c>$1</c>, <c>$2</c>, … It first writes a line with a random word
/// to both outputs: what came before is noise of the host's own start files.
/// </summary>
internal sealed class RemoteScript
{
    // The two halves stand apart here: where the start files have the shell show what it runs, that line is not taken for ours.
    private const string Opening = """printf '%s%s %s\n' "$1" "$2" "$$"; printf '%s%s\n' "$1" "$2" >&2; shift 2; """;

    public RemoteScript(string script, params ReadOnlySpan<string> arguments)
    {
        var (left, right) = (RandomNumberGenerator.GetHexString(16, lowercase: true), RandomNumberGenerator.GetHexString(16, lowercase: true));
        Word = left + right;
        CommandLine = $"exec sh -c {ShellQuote.Quote(Opening + script)} sh {left} {right}";
        foreach (var argument in arguments)
        {
            CommandLine += ' ' + ShellQuote.Quote(argument);
        }
    }

    /// <summary>What the login shell is asked to run.</summary>
    public string CommandLine { get; }

    /// <summary>The word that opens both outputs; on standard output a space and the shell's process id follow, which is its process group as well.</summary>
    public string Word { get; }
}
