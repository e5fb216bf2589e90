using System.Diagnostics;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>
/// A real OpenSSH server on loopback, with a port, a host key and settings of its own. It runs in a mount namespace where root has a password, a login shell
/// and a home that the test chose: nothing of the system is changed. Debian's openssh-server comes by <c>tests/run</c>; where it cannot be had, the first use
/// skips the test with the reason.
/// </summary>
public sealed class SshServer : IAsyncDisposable
{
    private const int Kill = 9, Stop = 19, Continue = 18;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly string _loginShell;
    private readonly string? _path;
    private Process? _process;

    private SshServer(string loginShell, string? path) => (_loginShell, _path) = (loginShell, path);

    /// <summary>Root's.</summary>
    public static string Password => SshServerFiles.Password;

    public SshEndpoint Endpoint { get; private set; } = null!;

    /// <summary>A private key that may log in as root.</summary>
    public string KeyFile => _folder.At("client_key");

    /// <summary>A private key that may not.</summary>
    public string StrangerKeyFile => _folder.At("stranger_key");

    /// <summary>As <c>ssh-keygen -l</c> prints it.</summary>
    public string Fingerprint => SshServerFiles.Fingerprint(_folder.At("host_key"));

    /// <summary>Root's home there.</summary>
    public string Home => _folder.At("home");

    /// <param name="loginShell">Root's there.</param>
    /// <param name="path">PATH of sessions; null: the server's own.</param>
    /// <param name="banner">What it says before each login; null: nothing.</param>
    public static async Task<SshServer> StartAsync(string loginShell = "/bin/sh", string? path = null, string? banner = null)
    {
        SkipWhereMissing();
        var server = new SshServer(loginShell, path);
        if (banner is not null)
        {
            server._folder.Write(SshServerFiles.Banner, banner);
        }

        Directory.CreateDirectory(server.Home);
        foreach (var key in (string[])["host_key", "client_key", "stranger_key"])
        {
            SshServerFiles.MakeKey(server._folder.At(key));
        }

        await server.StartAsync(FreePort.Find());
        return server;
    }

    /// <summary>Skips the test, with the reason, where there can be none.</summary>
    public static void SkipWhereMissing() => Assert.SkipWhen(SshServerFiles.Missing() is not null, "OpenSSH's server: " + SshServerFiles.Missing());

    /// <summary>Lets another key log in as root, too.</summary>
    /// <param name="publicLine">As <c>authorized_keys</c> has it.</param>
    public void Authorize(string publicLine) => File.AppendAllText(KeyFile + ".pub", publicLine + "\n");

    /// <summary>Starts it again on the same port, as a reboot does.</summary>
    public async Task RestartAsync(bool newHostKey)
    {
        if (newHostKey)
        {
            SshServerFiles.MakeKey(_folder.At("host_key"));
        }

        await StartAsync(Endpoint.Port);
    }

    /// <summary>Ends the server and its sessions at once, without a goodbye. What sessions had started in sessions of their own lives on.</summary>
    public void KillNow() => Signal(Kill, all: true);

    /// <summary>Ends the sessions alone.</summary>
    public void KillSessions() => Signal(Kill, all: false);

    /// <summary>They stay connected and do nothing: what a frozen host looks like.</summary>
    public void FreezeSessions() => Signal(Stop, all: false);

    public void ThawSessions() => Signal(Continue, all: false);

    /// <summary>Of the server itself; its sessions are children of it.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>How many sessions, of any user, it serves now.</summary>
    public int SessionCount => Sessions().Count;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            Signal(Kill, all: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    private async Task StartAsync(int port)
    {
        Endpoint = new SshEndpoint("127.0.0.1", port, "root");
        SshServerFiles.WriteAccounts(_folder.Path, Home, _loginShell);
        var config = SshServerFiles.WriteConfig(
            _folder.Path, port, _folder.At("client_key.pub"), _path is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["PATH"] = _path });

        // It ends with the tests, however they end: then its input closes. What waits for that is not its child, for those are its sessions.
        const string script = """
            exec 3<&0 </dev/null; ( ( cat >/dev/null; kill -KILL $$ 2>/dev/null ) <&3 >/dev/null 2>&1 & ); exec 3<&-
            mount -t tmpfs none /run && mkdir -m 755 /run/sshd && mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow \
              && mount --bind "$1/shells" /etc/shells && exec setsid /usr/sbin/sshd -D -e -f "$2"
            """;
        _process = Process.Start(new ProcessStartInfo("unshare", ["--mount", "--propagation", "private", "--", "sh", "-c", script, "sh", _folder.Path, config])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        await ListeningAsync(_process);
    }

    private static async Task ListeningAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience);
        var said = new List<string>();
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            said.Add(line);
            if (line.StartsWith("Server listening on", StringComparison.Ordinal))
            {
                // Its log is read to the end, so that it never waits for us.
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
                return;
            }
        }

        throw new InvalidOperationException("sshd did not start: " + string.Join('\n', said));
    }

    private void Signal(int signal, bool all)
    {
        // The server first: it must not start a session that we do not see.
        foreach (var pid in (int[])[.. all ? [_process!.Id] : Array.Empty<int>(), .. Sessions()])
        {
            _ = SshServerFiles.Run("sh", "-c", $"kill -{signal} {pid} 2>/dev/null || :");
        }
    }

    private List<int> Sessions() => SshServerFiles.Run("sh", "-c", $"pgrep -P {_process!.Id} || :").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
}
