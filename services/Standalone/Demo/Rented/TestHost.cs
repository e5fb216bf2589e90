using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>
/// A rented computer as far as the demo needs one: an SSH server on loopback with a port, a host key and settings of its own, run as whoever started the demo, and a
/// folder for its disk. Nothing of the system is changed.
/// </summary>
internal sealed class TestHost
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly Process _server;
    private readonly Queue<string> _said = new();

    private TestHost(TestHostPlan plan, string folder, int port, Process server) => (Plan, _folder, Port, _server) = (plan, folder, port, server);

    public TestHostPlan Plan { get; }

    public int Port { get; }

    /// <summary>As its owner pastes it.</summary>
    public string SshCommand => FormattableString.Invariant($"ssh -p {Port} {Environment.UserName}@127.0.0.1");

    /// <summary>Where jobs keep their files there.</summary>
    public string WorkFolder => Path.Combine(_folder, "disk");

    /// <param name="plan">What it is to be.</param>
    /// <param name="folder">All of it, its disk too; made here.</param>
    /// <param name="openSsh">This computer's.</param>
    /// <param name="publicLine">The key that may log in.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <exception cref="DemoException">It did not start; the message has what the server said.</exception>
    public static async Task<TestHost> StartAsync(TestHostPlan plan, string folder, OpenSsh openSsh, string publicLine, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder, "disk"));
        Directory.CreateDirectory(Path.Combine(folder, "home"));
        await SshKeyFile.EnsureAsync(Path.Combine(folder, "host_key"), cancellationToken);
        await DurableFile.WriteTextAsync(Path.Combine(folder, "authorized_keys"), publicLine + "\n", cancellationToken);
        var port = FreePort();
        var settings = Path.Combine(folder, "sshd_config");
        await DurableFile.WriteTextAsync(settings, Settings(folder, port), cancellationToken);

        // In a session of its own: Ctrl-C is for the demo, which then needs its hosts to clean up.
        string[] command = [openSsh.Server, "-D", "-e", "-f", settings];
        var info = CommandStart.Info(new HostCommand { FileName = "setsid", Arguments = command, WorkingDirectory = "/" });
        info.RedirectStandardError = info.RedirectStandardInput = info.RedirectStandardOutput = true;
        var host = new TestHost(plan, folder, port, Process.Start(info)!);
        if (!await host.ListensAsync(cancellationToken))
        {
            host.EndNow();
            throw new DemoException($"The SSH server of the test host {plan.Name} did not start: {host.Said}");
        }

        await DurableFile.WriteTextAsync(Path.Combine(folder, RunFolder.Pid), ProcessIdentity.Of(host._server.Id)!.Format(), cancellationToken);
        return host;
    }

    /// <summary>The last lines of the server's log.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return string.Join(' ', _said);
            }
        }
    }

    /// <summary>Somebody pulls the plug: nothing answers, and nothing runs any more.</summary>
    public Task TakeAsync() => HostProcesses.KillAsync(_folder);

    /// <summary>Ends what runs there, and takes its disk away.</summary>
    public async Task EndAsync()
    {
        await HostProcesses.KillAsync(_folder);
        await DeleteAsync(_folder);
        _server.Dispose();
    }

    /// <summary>As far as it goes at the end of this process, which waits for nothing.</summary>
    public void EndNow()
    {
        HostProcesses.KillOnce(_folder);
        if (!_server.HasExited)
        {
            _server.Kill();
        }
    }

    /// <summary>Ends what a demo that was killed left in the folder of a host.</summary>
    public static async Task ClearAsync(string folder)
    {
        await HostProcesses.KillAsync(folder);
        await DeleteAsync(folder);
    }

    private static async Task DeleteAsync(string folder)
    {
        const int MostTries = 20;
        for (var tries = 1; Directory.Exists(folder); tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (tries < MostTries)
            {
                // What was killed a moment ago may still be writing.
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    /// <summary>With a home of its own: a person's start files may wait for each other, and a killed one leave its lock to the next.</summary>
    private static string Settings(string folder, int port) => string.Create(CultureInfo.InvariantCulture, $"""
        ListenAddress 127.0.0.1
        Port {port}
        HostKey "{Path.Combine(folder, "host_key")}"
        AuthorizedKeysFile "{Path.Combine(folder, "authorized_keys").Replace("%", "%%", StringComparison.Ordinal)}"
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        StrictModes no
        UsePAM no
        UseDNS no
        PidFile none
        PrintMotd no
        PrintLastLog no
        MaxStartups 100:30:200
        SetEnv "HOME={Path.Combine(folder, "home")}"

        """);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        var listens = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ReadAsync(listens);
        return await listens.Task.WaitAsync(StartLimit, cancellationToken);
    }

    /// <summary>To the end, so that the server never waits for us.</summary>
    private async Task ReadAsync(TaskCompletionSource<bool> listens)
    {
        const int KeptLines = 5;
        while (await _server.StandardError.ReadLineAsync() is { } line)
        {
            lock (_said)
            {
                _said.Enqueue(line.Trim());
                if (_said.Count > KeptLines)
                {
                    _said.Dequeue();
                }
            }

            if (line.StartsWith("Server listening on", StringComparison.Ordinal))
            {
                listens.TrySetResult(true);
            }
        }

        listens.TrySetResult(false);
    }
}
