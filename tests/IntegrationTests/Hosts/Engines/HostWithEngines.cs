using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers.Builtin;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.IntegrationTests.Hosts.Engines;

/// <summary>A host by SSH that passed the gate, and so has our engines; one for all tests of a class.</summary>
public sealed class HostWithEngines : IAsyncDisposable
{
    /// <summary>Runs a program where this computer's .NET and its OpenMP are not to be had.</summary>
    private const string Hidden = """
        if dotnet=$(command -v dotnet); then dotnet=$(readlink -f "$dotnet") && mount -t tmpfs none "${dotnet%/*}" || exit; fi
        for f in /usr/lib/*/libgomp.so.1; do [ ! -e "$f" ] || mount --bind /dev/null "$(readlink -f "$f")" || exit; done
        exec "$@"
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task> _ready;
    private SshServer? _server;
    private SshHostConnector? _connector;

    public HostWithEngines() => _ready = new Lazy<Task>(StartAsync);

    internal EngineLocator Engines { get; } = new(Options.Create(new EngineOptions()));

    internal IComputeHost Host { get; private set; } = null!;

    /// <summary>What the gate found.</summary>
    internal EnvironmentReport Report { get; private set; } = null!;

    public string Work => _folder.At("work folder");

    /// <summary>Waits until it is there; skips the test where no server can be had.</summary>
    public Task ReadyAsync() => _ready.Value;

    /// <summary>An engine on the host, as on one that has neither .NET nor OpenMP.</summary>
    internal HostCommand Command(Engine engine, params string[] arguments)
    {
        var command = Engines.Locate(engine, Report.EngineFolder);
        return command with { FileName = "unshare", Arguments = ["--mount", "sh", "-c", Hidden, "sh", command.FileName, .. arguments] };
    }

    public async ValueTask DisposeAsync()
    {
        await (_connector?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _server = await SshServer.StartAsync();
        _connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = _server.KeyFile }), TimeProvider.System);
        await PublishedEngines.PublishAsync();
        Directory.CreateDirectory(Work);
        var reference = _server.Endpoint.Reference(Work) with { HostKey = _server.Fingerprint };
        Host = _connector.Connect(reference);
        var installer = new EngineInstaller(PublishedEngines.Store, Engines, NullLogger<EngineInstaller>.Instance);
        var runs = new EngineRuns(Engines, new HostRuns(TimeProvider.System));
        var options = Options.Create(new PrepareOptions { NetworkAddresses = "http://127.0.0.1:1" });
        var checks = new EnvironmentChecks(Engines, new TrainerLocator(Engines), installer, runs, PublishedEngines.Store, options, TimeProvider.System);
        Report = await new EnvironmentTest(_connector, PublishedEngines.Packages, checks, [new BuiltinHostTrainer(Engines, options)], TimeProvider.System).RunAsync(reference, "builtin", modelBytes: 1 << 20, default);
    }
}
