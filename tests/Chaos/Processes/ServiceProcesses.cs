using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.Chaos.Processes;

/// <summary>Gateway, orchestrator and two workers that hold all other services.</summary>
internal sealed class ServiceProcesses : IAsyncDisposable
{
    private const string Working = "artifacts,provisioning,training,evaluation,conversion,deployment";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <param name="more">Settings over those that every run has.</param>
    public ServiceProcesses(ChaosFolder folder, RabbitMqBroker broker, IReadOnlyDictionary<string, string> more)
    {
        var settings = Settings(folder, broker);
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        Gateway = new ServiceProcess(folder, "gateway", "gateway", settings);
        Orchestrator = new ServiceProcess(folder, "orchestrator", "orchestrator", settings);
        Workers = [new ServiceProcess(folder, "worker-1", Working, settings), new ServiceProcess(folder, "worker-2", Working, settings)];
    }

    public ServiceProcess Gateway { get; }

    public ServiceProcess Orchestrator { get; }

    public IReadOnlyList<ServiceProcess> Workers { get; }

    public IReadOnlyList<ServiceProcess> All => [Gateway, Orchestrator, .. Workers];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        foreach (var process in All)
        {
            process.Start();
        }

        foreach (var process in All)
        {
            while (!await process.IsReadyAsync(limit.Token))
            {
                await Task.Delay(Pause, limit.Token);
            }
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(All.Select(process => process.DisposeAsync().AsTask()));

    private static Dictionary<string, string> Settings(ChaosFolder folder, RabbitMqBroker broker) =>
        new(BrokerSettings.Of(broker.Address).Select(setting => KeyValuePair.Create("FINETUNE__" + setting.Key, setting.Value)))
        {
            ["FINETUNE_HOME"] = folder.Home,
            ["FINETUNE__Engines__Folder"] = folder.Engines,
            ["FINETUNE__Artifacts__Concurrency"] = "8",
            ["FINETUNE__Training__LocalConcurrency"] = "32",
            ["FINETUNE__Evaluation__LocalConcurrency"] = "8",
            ["FINETUNE__Conversion__LocalConcurrency"] = "8",
            ["FINETUNE__Deployment__Concurrency"] = "8",
            ["CHAOS_POINTS"] = folder.Points,
            ["DOTNET_STARTUP_HOOKS"] = Hook(),
            ["Logging__LogLevel__Microsoft"] = "Warning",
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ",
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_gcServer"] = "0",
        };

    /// <summary>Beside this program's own output: the same configuration and framework.</summary>
    private static string Hook()
    {
        var hook = AppContext.BaseDirectory.Replace("/tests/Chaos/", "/tests/ChaosHook/", StringComparison.Ordinal);
        return Path.Combine(hook, "FineTunePipeline.ChaosHook.dll");
    }
}
