using System.Runtime.InteropServices;
using Renci.SshNet;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>
/// The standard input of a command. A short command may end before its input does, and its channel is closed at the moment at which SSH.NET tells the end of the
/// input; it throws then. Nothing is wrong: how the command ended, or that the connection broke, is seen by the one who reads.
/// </summary>
internal sealed class ProcessInput(Stream stream)
{
    /// <summary>Of a command that was just started.</summary>
    public static ProcessInput Of(SshCommand command)
    {
        try
        {
            return new ProcessInput(command.CreateInputStream());
        }
        catch (InvalidOperationException)
        {
            return new ProcessInput(Stream.Null);
        }
    }

    /// <summary>Blocks while the host's window is full; what nobody reads any more is dropped.</summary>
    public void Write(ReadOnlyMemory<byte> data)
    {
        // SSH.NET's stream has no other way for a span than to copy it.
        if (MemoryMarshal.TryGetArray(data, out var array))
        {
            stream.Write(array.Array!, array.Offset, array.Count);
        }
        else
        {
            stream.Write(data.Span);
        }
    }

    /// <summary>Tells the command that no more comes.</summary>
    public void Close()
    {
        try
        {
            stream.Dispose();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
