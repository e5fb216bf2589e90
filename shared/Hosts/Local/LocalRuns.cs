using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Hosts.Processes;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Local;

/// <summary>Starts, looks at and stops runs in run folders of this computer (see <see cref="RunFolder"/>).</summary>
internal sealed class LocalRuns(Func<HostCommand> supervise, TimeProvider time)
{
    /// <summary>What the supervisor prints once the run is on record.</summary>
    internal const string StartedLine = "started";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static RunLook Look(string folder)
    {
        if (ExitCodeOf(folder) is { } code)
        {
            return Seen(RunState.Exited, code);
        }

        if (ProcessIdentity.Read(Path.Combine(folder, RunFolder.Pid)) is not { } command)
        {
            return Seen(RunState.None);
        }

        // A dead command with a live supervisor: its exit code is about to be written.
        if (command.IsAlive() || ProcessIdentity.Read(Path.Combine(folder, RunFolder.Supervisor)) is { } supervisor && supervisor.IsAlive())
        {
            return Seen(RunState.Running);
        }

        return ExitCodeOf(folder) is { } late ? Seen(RunState.Exited, late) : Seen(RunState.Vanished);

        RunLook Seen(RunState state, int? exitCode = null) => new() { State = state, ExitCode = exitCode, Heartbeat = HeartbeatOf(folder) };
    }

    public async Task<bool> StartAsync(string folder, HostCommand command, CancellationToken cancellationToken)
    {
        if (HasRun(folder))
        {
            return false;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var commandFile = Path.Combine(folder, RunFolder.Command);
        await DurableFile.WriteTextAsync(
            commandFile, JsonSerializer.Serialize(command, ContractJson.Options), cancellationToken, DurableFile.OwnerOnly).ConfigureAwait(false);

        var program = supervise();
        var info = CommandStart.Info(program with { Arguments = [.. program.Arguments, folder, commandFile] });

        // The supervisor leaves these pipes as soon as it has said how the start went, so that it never depends on us.
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} was not started.");
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(StartLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (await process.StandardOutput.ReadLineAsync(either.Token).ConfigureAwait(false) == StartedLine)
            {
                return true;
            }

            var error = await process.StandardError.ReadToEndAsync(either.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            return process.ExitCode == RunFolder.AlreadyHasRun
                ? false
                : throw new IOException($"{info.FileName} could not start {command.FileName} in {folder}: {error.Trim()} (exit code {process.ExitCode})");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{info.FileName} did not start {command.FileName} in {folder} within {StartLimit}.");
        }
    }

    public async Task StopAsync(string folder, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (!HasRun(folder) && !File.Exists(Path.Combine(folder, RunFolder.Command)))
        {
            return;
        }

        if (!File.Exists(Path.Combine(folder, RunFolder.ExitCode)))
        {
            await DurableFile.WriteTextAsync(Path.Combine(folder, RunFolder.Stop), string.Empty, cancellationToken).ConfigureAwait(false);
        }

        var began = time.GetTimestamp();
        for (var asked = false; ; await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false))
        {
            var command = ProcessIdentity.Read(Path.Combine(folder, RunFolder.Pid));
            if (command is null && !IsSupervised(folder))
            {
                return;
            }

            if (command is not null && Look(folder).State != RunState.Running)
            {
                ProcessGroup.Kill(command);
                return;
            }

            var waited = time.GetElapsedTime(began);
            if (waited > grace + KillLimit)
            {
                throw new TimeoutException($"The run in {folder} does not end (process {command?.Pid}); it was sent SIGKILL {KillLimit} ago.");
            }

            if (command is not null && waited >= grace)
            {
                ProcessGroup.Kill(command);
            }
            else if (command is not null && !asked)
            {
                ProcessGroup.Terminate(command);
                asked = true;
            }
        }
    }

    private static bool HasRun(string folder) => File.Exists(Path.Combine(folder, RunFolder.Pid)) || File.Exists(Path.Combine(folder, RunFolder.ExitCode));

    /// <summary>Does a supervisor hold the folder's lock?</summary>
    private static bool IsSupervised(string folder)
    {
        try
        {
            using var free = new FileStream(Path.Combine(folder, RunFolder.Lock), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static int? ExitCodeOf(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, RunFolder.ExitCode));
            return int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code) ? code : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static DateTimeOffset? HeartbeatOf(string folder) =>
        new FileInfo(Path.Combine(folder, RunFolder.Heartbeat)) is { Exists: true } file ? new DateTimeOffset(file.LastWriteTimeUtc) : null;
}
