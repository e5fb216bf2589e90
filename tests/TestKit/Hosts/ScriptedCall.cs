using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>A command that reached a <see cref="ScriptedHost"/>.</summary>
/// <param name="Command">As it was given.</param>
/// <param name="RunFolder">null for a short command.</param>
/// <param name="Host">For scripts that write files.</param>
public sealed record ScriptedCall(HostCommand Command, string? RunFolder, ScriptedHost Host)
{
    public string Verb => Command.Arguments[0];

    /// <summary>An argument after the verb, from 0.</summary>
    public string Argument(int index) => Command.Arguments[index + 1];

    /// <summary>Writes a file on the host; its digest.</summary>
    public string Write(string path, string text)
    {
        Host.Write(path, text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
