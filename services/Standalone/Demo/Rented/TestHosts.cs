using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.ServiceDefaults.Home;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>The two test hosts of a demo. They end with it, however it ends; what a demo that was killed (<c>kill -9</c>) left is ended by the next one.</summary>
internal sealed class TestHosts : IAsyncDisposable
{
    private static readonly TimeSpan LoginLimit = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly List<TestHost> _hosts = [];

    private TestHosts(string folder) => _folder = folder;

    public IReadOnlyList<TestHost> All => _hosts;

    /// <param name="openSsh">This computer's.</param>
    /// <param name="plans">What they are to be.</param>
    /// <param name="home">The demo's, which this process has alone.</param>
    /// <param name="connector">Of the installation that will use them.</param>
    /// <param name="keyFile">Its private key, which may log in.</param>
    /// <param name="cancellationToken">Ends what was started so far.</param>
    /// <exception cref="DemoException">A server does not start, or lets nobody in.</exception>
    public static async Task<TestHosts> StartAsync(
        OpenSsh openSsh, IEnumerable<TestHostPlan> plans, DataHome home, SshHostConnector connector, string keyFile, CancellationToken cancellationToken)
    {
        var hosts = new TestHosts(Path.Combine(home.Folder, "hosts"));
        AppDomain.CurrentDomain.ProcessExit += hosts.EndNow;
        try
        {
            await TestHost.ClearAsync(hosts._folder);
            MakePrivilegeFolder();
            await SshKeyFile.EnsureAsync(keyFile, cancellationToken);
            foreach (var plan in plans)
            {
                var host = await TestHost.StartAsync(plan, Path.Combine(hosts._folder, plan.Name), openSsh, SshKeyFile.PublicLine(keyFile), cancellationToken);
                hosts._hosts.Add(host);
                await LogInAsync(host, connector, cancellationToken);
            }

            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.EndAsync();
        }

        await TestHost.ClearAsync(_folder);
        AppDomain.CurrentDomain.ProcessExit -= EndNow;
    }

    /// <summary>
    /// As root, Debian's sshd wants this empty folder, which lies in memory and is otherwise made by its start script at each boot. It stays, as it does there:
    /// another server may have begun to use it.
    /// </summary>
    private static void MakePrivilegeFolder()
    {
        const string Folder = "/run/sshd";
        if (Environment.IsPrivilegedProcess && OperatingSystem.IsLinux() && !Directory.Exists(Folder))
        {
            Directory.CreateDirectory(
                Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }

    /// <summary>A server that lets its own user not in (a locked account, a login shell that is none) would make the job wait for a person.</summary>
    private static async Task LogInAsync(TestHost host, SshHostConnector connector, CancellationToken cancellationToken)
    {
        try
        {
            await using var visit = connector.Visit(SshEndpoint.Parse(host.SshCommand).Reference("/"), new AnyKey());
            var result = await visit.Host.RunAsync(new HostCommand { FileName = "true", TimeLimit = LoginLimit }, cancellationToken);
            if (result.ExitCode != 0)
            {
                throw new IOException($"a command ended there with {result.ExitCode}: {result.StandardError.Trim()}");
            }
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            throw new DemoException(
                $"The OpenSSH server of this computer does not let {Environment.UserName} in ({exception.Message}), so it cannot play a rented host: run demo --rented as a user "
                + $"whose account is not locked and who has a login shell. The server said: {host.Said}");
        }
    }

    private void EndNow(object? sender, EventArgs e) => _hosts.ForEach(host => host.EndNow());
}
