using System.Diagnostics;
using System.Globalization;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>
/// A computer that is reached by SSH alone: OpenSSH's server is the first process of a PID namespace, so that cutting the power ends everything that runs
/// there, at once and without a goodbye, and a boot is one: no process id of before means anything, and the boot id is another. Its disk is a folder.
/// </summary>
public sealed class SshComputer : IAsyncDisposable
{
    private const string Server = "sshd";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly string _folder;
    private readonly TimeProvider _time = TimeProvider.System;
    private Process? _unshare;
    private int _first;

    /// <param name="folder">For everything of it.</param>
    /// <param name="authorizedLine">The public key that may log in as root, as <c>authorized_keys</c> has it.</param>
    public SshComputer(string folder, string authorizedLine)
    {
        _folder = folder;
        Directory.CreateDirectory(Disk);
        Say("stopped");
        File.WriteAllText(At("authorized_keys"), authorizedLine + "\n");
    }

    /// <summary>Why none can be started here; null if one can.</summary>
    public static string? Missing => SshServerFiles.Missing();

    /// <summary>Where its server listens on loopback; another one after each boot.</summary>
    public int Port { get; private set; }

    /// <summary>The folder that is its disk: what is below it outlives a boot.</summary>
    public string Disk => At("disk");

    /// <summary>
    /// A file with what its provider says of it: <c>running</c> while it has power, whether it can be reached or stands still; <c>starting</c> until it takes logins;
    /// and what <see cref="PowerOffAsync"/> was told.
    /// </summary>
    public string StatusFile => At("status");

    /// <summary>The process that everything there hangs on, with its start time: who ends it has cut the power.</summary>
    public (int Pid, string StartedAt) Holder { get; private set; }

    public bool IsOn => _unshare is not null;

    /// <summary>Returns when it takes logins.</summary>
    /// <param name="newHostKey">It was set up anew.</param>
    /// <param name="environment">Of everything that is started there.</param>
    public async Task BootAsync(bool newHostKey, IReadOnlyDictionary<string, string> environment)
    {
        Say("starting");
        var home = Path.Combine(Disk, "root");
        Directory.CreateDirectory(home);
        if (newHostKey || !File.Exists(At("host_key")))
        {
            SshServerFiles.MakeKey(At("host_key"));
        }

        Port = FreePort.Find();
        SshServerFiles.WriteAccounts(_folder, home, "/bin/sh");
        File.WriteAllText(At("boot_id"), Guid.NewGuid() + "\n");
        var config = SshServerFiles.WriteConfig(_folder, Port, At("authorized_keys"), environment);
        const string script = """
            mount -t tmpfs none /run && mkdir -m 755 /run/sshd && mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow \
              && mount --bind "$1/shells" /etc/shells && mount --bind "$1/boot_id" /proc/sys/kernel/random/boot_id && exec /usr/sbin/sshd -D -e -f "$2" </dev/null
            """;
        string[] arguments = ["--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--kill-child", "--", "sh", "-c", script, "sh", _folder, config];
        _unshare = Process.Start(new ProcessStartInfo("unshare", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Holder = (_unshare.Id, ProcessFacts.StartedAt(_unshare.Id));
        _ = LogAsync(_unshare.StandardError);
        using var limit = new CancellationTokenSource(Patience);
        _first = await FirstAsync(_unshare, limit.Token);
        while (!await SshServerFiles.ListensAsync("127.0.0.1", Port, limit.Token))
        {
            await Task.Delay(LookEvery, limit.Token);
        }

        Say("running");
    }

    /// <summary>Nothing runs there any more when it returns. What was written to the disk stays.</summary>
    /// <param name="status">What its provider says of it from then on.</param>
    public async Task PowerOffAsync(string status = "stopped")
    {
        if (_unshare is not { } unshare)
        {
            return;
        }

        // The kernel ends a namespace with its first process, and lets go of that one when no other is left.
        Signal("KILL", [_first]);
        await unshare.WaitForExitAsync();
        unshare.Dispose();
        _unshare = null;
        Say(status);
    }

    /// <summary>A new machine's disk: empty.</summary>
    public void EmptyDisk()
    {
        Directory.Delete(Disk, recursive: true);
        Directory.CreateDirectory(Disk);
    }

    /// <summary>Everything there stops where it is: a frozen machine.</summary>
    public void Freeze()
    {
        // What was being started while we looked is found by the second look: nothing that stands still starts anything.
        Signal("STOP", Pids());
        Signal("STOP", Pids());
    }

    public void Thaw() => Signal("CONT", Pids());

    /// <summary>What runs there beside the server and its sessions.</summary>
    public IReadOnlyList<string> Processes() => [.. Pids().Select(Told).OfType<string>()];

    public async ValueTask DisposeAsync() => await PowerOffAsync();

    private static string? Told(int pid)
    {
        try
        {
            var name = File.ReadAllText($"/proc/{pid}/comm").Trim();
            return name.StartsWith(Server, StringComparison.Ordinal) ? null : $"{pid} {name} {File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ')}".TrimEnd();
        }
        catch (IOException)
        {
            // It ended while we looked.
            return null;
        }
    }

    private static void Signal(string name, IReadOnlyList<int> pids)
    {
        if (pids.Count > 0)
        {
            // Some may have ended meanwhile.
            _ = SshServerFiles.Run("sh", ["-c", "signal=$1; shift; kill -s \"$signal\" \"$@\" 2>/dev/null || :", "sh", name, .. pids.Select(pid => pid.ToString(CultureInfo.InvariantCulture))]);
        }
    }

    private static async Task<int> FirstAsync(Process unshare, CancellationToken cancellationToken)
    {
        while (!unshare.HasExited)
        {
            if (int.TryParse((await File.ReadAllTextAsync($"/proc/{unshare.Id}/task/{unshare.Id}/children", cancellationToken)).Trim(), CultureInfo.InvariantCulture, out var first))
            {
                return first;
            }

            await Task.Delay(LookEvery, cancellationToken);
        }

        throw new InvalidOperationException($"No namespace could be made (unshare ended with {unshare.ExitCode}).");
    }

    private List<int> Pids()
    {
        var mine = Namespace(_first);
        return mine is null ? [] : [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Namespace(pid) == mine)];
    }

    private static string? Namespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The server's own word on logins, each line with the time (ms since 1970).</summary>
    private async Task LogAsync(StreamReader said)
    {
        while (await said.ReadLineAsync() is { } line)
        {
            await File.AppendAllTextAsync(At("sshd.log"), string.Create(CultureInfo.InvariantCulture, $"{_time.GetUtcNow().ToUnixTimeMilliseconds()} {line}\n"));
        }
    }

    /// <summary>Who reads it finds the word of before or this one.</summary>
    private void Say(string status)
    {
        File.WriteAllText(StatusFile + ".next", status + "\n");
        File.Move(StatusFile + ".next", StatusFile, overwrite: true);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
