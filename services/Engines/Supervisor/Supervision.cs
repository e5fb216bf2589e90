using System.Globalization;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Supervisor;

/// <summary>Keeps one command in one run folder: the writing side of <see cref="RunFolder"/>.</summary>
internal sealed class Supervision(string folder, HostCommand command)
{
    private const int Killed = 137;
    private const int Stopped = 143;
    private const string StartedLine = "started\n";
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DeadlineGrace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time = TimeProvider.System;

    public async Task<int> RunAsync()
    {
        Detachment.LeaveSession();
        Directory.CreateDirectory(folder);
        using var guard = await TakeLockAsync().ConfigureAwait(false);
        if (guard is null || File.Exists(At(RunFolder.Pid)) || File.Exists(At(RunFolder.ExitCode)))
        {
            await Console.Error.WriteLineAsync($"{folder} already holds a run.").ConfigureAwait(false);
            return RunFolder.AlreadyHasRun;
        }

        using var exitCode = new ExitCodeFile(At(RunFolder.ExitCode));
        await WriteAsync(RunFolder.Supervisor, ProcessIdentity.Of(Environment.ProcessId)!.Format()).ConfigureAwait(false);
        Beat();

        ICommandProcess process = OperatingSystem.IsWindows()
            ? new WindowsCommand(command, At(RunFolder.Output), At(RunFolder.Error))
            : new UnixCommand(command, At(RunFolder.Output), At(RunFolder.Error));
        await WriteAsync(RunFolder.Pid, process.Identity.Format()).ConfigureAwait(false);

        // Whoever stops a run writes this file first and looks for a process then; we record the process first and look for the file then.
        if (File.Exists(At(RunFolder.Stop)))
        {
            process.Abandon();
            exitCode.Write(Stopped);
            Detachment.SayAndLeavePipes(StartedLine);
            return 0;
        }

        using var signals = new ForwardedSignals(process.Identity);
        process.Release();
        Detachment.SayAndLeavePipes(StartedLine);
        var code = await WatchAsync(process).ConfigureAwait(false);

        // What the command left behind in its group must not go on writing into a run that is over.
        ProcessGroup.Kill(process.Identity);
        exitCode.Write(code);
        return 0;
    }

    private async Task<int> WatchAsync(ICommandProcess process)
    {
        var began = _time.GetTimestamp();
        var killsBefore = OutOfMemoryKills.Count();
        var exit = process.WaitAsync();
        var asked = false;
        while (await Task.WhenAny(exit, Task.Delay(HeartbeatEvery, _time)).ConfigureAwait(false) != exit)
        {
            Beat();
            var over = _time.GetElapsedTime(began) - command.TimeLimit;
            if (over >= DeadlineGrace)
            {
                ProcessGroup.Kill(process.Identity);
            }
            else if (over >= TimeSpan.Zero && !asked)
            {
                asked = true;
                await SayAsync($"ended at the time limit of {command.TimeLimit}").ConfigureAwait(false);
                ProcessGroup.Terminate(process.Identity);
            }
        }

        var code = await exit.ConfigureAwait(false);
        if (code == Killed && OutOfMemoryKills.Count() > killsBefore)
        {
            await SayAsync("killed by the system, which was out of memory").ConfigureAwait(false);
        }

        return code;
    }

    /// <summary>Under what the command wrote itself.</summary>
    private async Task SayAsync(string what)
    {
        try
        {
            await File.AppendAllTextAsync(At(RunFolder.Error), $"\nfinetune-supervise: {what}\n").ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A full disk costs the run this line. Its end must still come, and be written: that file's space is reserved.
        }
    }

    /// <summary>Null if another supervisor has the folder. A look from outside holds the lock for a moment, so one failure says nothing.</summary>
    private async Task<FileStream?> TakeLockAsync()
    {
        for (var began = _time.GetTimestamp(); ; await Task.Delay(20).ConfigureAwait(false))
        {
            try
            {
                return new FileStream(At(RunFolder.Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(At(RunFolder.Lock)))
            {
                if (_time.GetElapsedTime(began) > LockPatience)
                {
                    return null;
                }
            }
        }
    }

    private void Beat()
    {
        var path = At(RunFolder.Heartbeat);
        using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
        }

        File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
    }

    private Task WriteAsync(string name, string text) => DurableFile.WriteTextAsync(At(name), text, CancellationToken.None);

    private string At(string name) => Path.Combine(folder, name);

    /// <summary>
    /// The file that says how the run ended. Its space on the disk is taken at the start, because a full disk is one of the things that it must be
    /// able to report.
    /// </summary>
    private sealed class ExitCodeFile : IDisposable
    {
        private const int ReservedBytes = 16;
        private readonly string _path;
        private readonly FileStream _reserved;

        public ExitCodeFile(string path)
        {
            _path = path;
            _reserved = new FileStream(Path.Combine(Path.GetDirectoryName(path)!, DurableFile.TemporaryPrefix + "exit"), FileMode.Create, FileAccess.Write, FileShare.Read, 1);
            _reserved.Write(new byte[ReservedBytes]);
            _reserved.Flush(flushToDisk: true);
        }

        public void Write(int code)
        {
            // Same length as what was reserved: the bytes are written in place and need no new block.
            var text = code.ToString(CultureInfo.InvariantCulture) + "\n";
            _reserved.Position = 0;
            _reserved.Write(System.Text.Encoding.ASCII.GetBytes(text.PadLeft(ReservedBytes)));
            _reserved.Flush(flushToDisk: true);
            File.Move(_reserved.Name, _path, overwrite: false);
        }

        public void Dispose() => _reserved.Dispose();
    }
}
