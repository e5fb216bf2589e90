using System.Text;
using System.Text.RegularExpressions;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>Writes a <see cref="HostCommand"/> as lines of a POSIX shell.</summary>
internal static partial class CommandScript
{
    /// <summary>
    /// For a shell that reads it from its standard input, where the values of variables do not show in any list of processes. The program runs in a
    /// subshell, so that the shell outside reports its end by a signal as 128 + n; what that shell itself says about it ("Killed") is dropped.
    /// </summary>
    public static string ToRun(HostCommand command) =>
        $"{Folder(command)}exec 3>&2 2>/dev/null\n(\n{Variables(command)}{Program(command)}\n) 2>&3 3>&- </dev/null\nexit $?\n";

    /// <summary>For the supervisor, which runs it as <c>sh command.sh</c>: the program takes the shell's place.</summary>
    public static string ToStart(HostCommand command) => $"{Folder(command)}{Variables(command)}{Program(command)}\n";

    private static string Folder(HostCommand command) => command.WorkingDirectory switch
    {
        null => "",
        ['/', ..] folder => $"cd {ShellQuote.Quote(folder)} || exit 126\n",
        var folder => throw new ArgumentException($"The working directory '{folder}' is not an absolute path.", nameof(command)),
    };

    private static string Variables(HostCommand command)
    {
        var lines = new StringBuilder();
        foreach (var (name, value) in command.Environment)
        {
            if (!Name().IsMatch(name))
            {
                throw new ArgumentException($"'{name}' is no name that a shell can give an environment variable.", nameof(command));
            }

            lines.Append(value is null ? $"unset {name}\n" : $"export {name}={ShellQuote.Quote(value)}\n");
        }

        return lines.ToString();
    }

    private static string Program(HostCommand command)
    {
        // A shell would take it for an option of exec.
        if (command.FileName is "" or ['-', ..])
        {
            throw new ArgumentException($"'{command.FileName}' is not the name of a program.", nameof(command));
        }

        return string.Join(' ', command.Arguments.Prepend(command.FileName).Select(ShellQuote.Quote).Prepend("exec"));
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
