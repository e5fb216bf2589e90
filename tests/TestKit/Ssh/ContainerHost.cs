using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>
/// A rented host as most are: a container with OpenSSH's server as its first process and an address of its own. Killed it is taken, paused it is frozen, without
/// its network it is cut off while all goes on there, and started again it has its disk, and the boot id of the machine that it is on, as before. Port and host
/// key are another one's when a boot asks for that. Docker, or the podman that <c>tests/run</c> starts; where neither answers, the first use skips the test with
/// the reason.
/// </summary>
public sealed class ContainerHost : IAsyncDisposable
{
    private const string Files = "/finetune-boot";
    private const int FirstPort = 2201;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly TemporaryFolder _files = new();
    private readonly DockerClient _engine = TestcontainersSettings.OS.DockerEndpointAuthConfig.GetDockerClientBuilder(Guid.NewGuid()).Build();
    private readonly IReadOnlyDictionary<string, string> _environment;
    private INetwork? _network;
    private IContainer? _container;
    private int _port = FirstPort - 1;

    private ContainerHost(IReadOnlyDictionary<string, string> environment) => _environment = environment;

    /// <summary>Where its server listens, on an address that no other host has.</summary>
    public SshEndpoint Endpoint { get; private set; } = null!;

    /// <summary>As its owner pastes it.</summary>
    public string SshCommand => FormattableString.Invariant($"ssh -p {Endpoint.Port} {Endpoint.User}@{Endpoint.Host}");

    /// <summary>A private key that may log in as root.</summary>
    public string KeyFile => _files.At("client_key");

    /// <summary>As <c>ssh-keygen -l</c> prints it.</summary>
    public string Fingerprint => SshServerFiles.Fingerprint(_files.At("host_key"));

    /// <param name="folders">Of this computer, to be read there under the same path.</param>
    /// <param name="environment">Of all sessions, over their own.</param>
    public static async Task<ContainerHost> StartAsync(IReadOnlyList<string>? folders = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        SkipWhereMissing();
        var host = new ContainerHost(environment ?? new Dictionary<string, string>());
        try
        {
            await host.CreateAsync(folders ?? []);
            await host.ListeningAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Skips the test, with the reason, where there can be none.</summary>
    public static void SkipWhereMissing()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("FINETUNE_TEST_CONTAINERS_MISSING") is not null, "Containers: " + Environment.GetEnvironmentVariable("FINETUNE_TEST_CONTAINERS_MISSING"));
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The address of a container can be reached on Linux alone.");
        try
        {
            _ = TestcontainersSettings.OS.DockerEndpointAuthConfig ?? throw new DockerUnavailableException("no endpoint");
        }
        catch (DockerUnavailableException)
        {
            Assert.Skip("Containers: `bash tests/run` starts podman, and no container engine answers here.");
        }
    }

    /// <summary>Lets another key log in as root, too.</summary>
    /// <param name="publicLine">As <c>authorized_keys</c> has it.</param>
    public void Authorize(string publicLine) => File.AppendAllText(_files.At("client_key.pub"), publicLine + "\n");

    /// <summary>Its owner takes it: all that runs there ends at once, and nothing answers.</summary>
    public async Task TakeAsync()
    {
        await _engine.Containers.KillContainerAsync(_container!.Id, new ContainerKillParameters { Signal = "SIGKILL" });
        await _engine.Containers.WaitContainerAsync(_container.Id);
    }

    /// <summary>It is started again after <see cref="TakeAsync"/>, with its disk; returns when it takes logins.</summary>
    /// <param name="asAnother">With another port and another host key.</param>
    public async Task ReturnAsync(bool asAnother = false)
    {
        if (asAnother)
        {
            MakeIdentity();
        }

        await _container!.StartAsync();
        await ListeningAsync();
    }

    /// <summary>No network: nobody reaches it, and all goes on there.</summary>
    public Task CutOffAsync() => _engine.Networks.DisconnectNetworkAsync(_network!.Name, new NetworkDisconnectParameters { Container = _container!.Id, Force = true });

    /// <summary>The network is there again, with the same address.</summary>
    public Task ReconnectAsync() =>
        _engine.Networks.ConnectNetworkAsync(_network!.Name, new NetworkConnectParameters { Container = _container!.Id, EndpointConfig = AddressConfig() });

    /// <summary>Nothing there goes on, and its kernel still takes connections.</summary>
    public Task FreezeAsync() => _container!.PauseAsync();

    public Task ThawAsync() => _container!.UnpauseAsync();

    /// <summary>Runs a line of sh there, not by SSH: also while nobody can reach it.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> ShellAsync(string line, params string[] arguments)
    {
        var result = await _container!.ExecAsync(["sh", "-c", line, "sh", .. arguments]);
        return result.ExitCode == 0 ? result.Stdout : throw new InvalidOperationException($"{line} ended with {result.ExitCode}: {result.Stdout}{result.Stderr}");
    }

    /// <summary>The command lines of all that runs there, by process id.</summary>
    public async Task<IReadOnlyDictionary<int, string>> ProcessesAsync() =>
        (await ShellAsync("ps -eo pid=,args=")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(' ', 2)).ToDictionary(line => int.Parse(line[0], System.Globalization.CultureInfo.InvariantCulture), line => line[1]);

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        if (_network is not null)
        {
            await _network.DisposeAsync();
        }

        _engine.Dispose();
        _files.Dispose();
    }

    private async Task CreateAsync(IReadOnlyList<string> folders)
    {
        SshServerFiles.MakeKey(KeyFile);
        _network = await NetworkAsync();
        MakeIdentity();
        _files.Write("start", $"mkdir -p -m 755 /run/sshd\nexec /usr/sbin/sshd -D -e -f {Files}/sshd_config\n");
        var builder = new ContainerBuilder(await ContainerHostImage.FindAsync()).WithNetwork(_network).WithBindMount(_files.Path, Files, AccessMode.ReadOnly)
            .WithEntrypoint("sh", Files + "/start").WithCommand([])
            .WithCreateParameterModifier(parameters => parameters.NetworkingConfig!.EndpointsConfig![_network.Name] = AddressConfig());
        _container = folders.Aggregate(builder, (one, folder) => one.WithBindMount(folder, folder, AccessMode.ReadOnly)).Build();
        await _container.StartAsync();
    }

    /// <summary>A network with a range of its own, which a container must have to keep its address. Engines tell a range that is in use when they are asked for it.</summary>
    private async Task<INetwork> NetworkAsync()
    {
        for (var tries = 1; ; tries++)
        {
            var range = FormattableString.Invariant($"10.213.{Random.Shared.Next(1, 255)}");
            var network = new NetworkBuilder()
                .WithCreateParameterModifier(parameters => parameters.IPAM = new IPAM { Config = [new IPAMConfig { Subnet = range + ".0/24" }] }).Build();
            try
            {
                await network.CreateAsync();
                Endpoint = new SshEndpoint(range + ".2", 0, "root");
                return network;
            }
            catch (DockerApiException) when (tries < 10)
            {
                // Another host of the tests has it, or the computer itself.
                await network.DisposeAsync();
            }
        }
    }

    private EndpointSettings AddressConfig() => new() { IPAMConfig = new EndpointIPAMConfig { IPv4Address = Endpoint.Host } };

    private void MakeIdentity()
    {
        Endpoint = Endpoint with { Port = ++_port };
        SshServerFiles.MakeKey(_files.At("host_key"));
        SshServerFiles.WriteConfig(_files.Path, _port, Files + "/client_key.pub", _environment, listen: "0.0.0.0", seenAt: Files);
    }

    private async Task ListeningAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await SshServerFiles.ListensAsync(Endpoint.Host, Endpoint.Port, limit.Token))
        {
            await Task.Delay(LookEvery, limit.Token);
        }
    }
}
