using System.Collections;
using System.ComponentModel;
using System.Runtime.InteropServices;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;

namespace FineTunePipeline.Supervisor;

/// <summary>
/// A command as the leader of a session of its own, with its output in files. It is born as a shell that waits for one line on a pipe and then becomes
/// the command (same process): if we die before the process is on record, the shell reads the end of the pipe and ends without running anything.
/// </summary>
internal sealed class UnixCommand : ICommandProcess
{
    // $1 is the working directory, the rest is the command. 125: never released; 126: no such directory; 127 (by the shell): no such program.
    private const string Gate = "read -r go || exit 125; cd -- \"$1\" || exit 126; shift; exec \"$@\" </dev/null";
    private readonly int _gate;

    public UnixCommand(HostCommand command, string outputFile, string errorFile)
    {
        var (readEnd, writeEnd) = UnixSpawn.Pipe();
        try
        {
            string[] arguments = ["sh", "-c", Gate, "sh", command.WorkingDirectory ?? Environment.CurrentDirectory, command.FileName, .. command.Arguments];
            var pid = UnixSpawn.Start("/bin/sh", arguments, EnvironmentOf(command), readEnd, outputFile, errorFile);
            _gate = writeEnd;
            Identity = ProcessIdentity.Of(pid) ?? throw new IOException("The shell that should become the command ended at once.");
        }
        catch
        {
            UnixSpawn.Close(writeEnd);
            throw;
        }
        finally
        {
            UnixSpawn.Close(readEnd);
        }
    }

    public ProcessIdentity Identity { get; }

    public void Release()
    {
        UnixSpawn.WriteLine(_gate);
        UnixSpawn.Close(_gate);
    }

    public void Abandon()
    {
        UnixSpawn.Close(_gate);
        ProcessGroup.Kill(Identity);
        _ = UnixSpawn.Wait(Identity.Pid);
    }

    public Task<int> WaitAsync() => Task.Factory.StartNew(() => UnixSpawn.Wait(Identity.Pid), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string[] EnvironmentOf(HostCommand command) =>
        [.. CommandStart.Info(command).Environment.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={pair.Value}")];
}
