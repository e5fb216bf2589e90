using FineTunePipeline.Benchmarks.Saga;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Conversion;
using FineTunePipeline.Deployment;
using FineTunePipeline.Evaluation;
using FineTunePipeline.Gateway;
using FineTunePipeline.Messaging;
using FineTunePipeline.Orchestrator;
using FineTunePipeline.ServiceDefaults.Serving;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.Benchmarks.Inflight;

/// <summary>The services of one control plane, a process each; those before training do nothing, and training's hosts are simulated.</summary>
internal sealed class InflightServices : IAsyncDisposable
{
    private static readonly Dictionary<string, Func<IServiceModule>> Parts = new()
    {
        ["gateway"] = () => new GatewayModule(),
        ["orchestrator"] = () => new OrchestratorModule(),
        ["training"] = () => new SimulatedTrainingModule(),
        ["evaluation"] = () => new EvaluationModule(),
        ["conversion"] = () => new ConversionModule(),
        ["deployment"] = () => new DeploymentModule(),
        ["others"] = () => new IdleStagesModule(Stage.Validate, Stage.Fetch, Stage.Provision, Stage.Prepare, Stage.Release),
    };

    private readonly Dictionary<string, ChildProcess> _processes = [];

    private InflightServices(Uri gateway) => Gateway = gateway;

    public Uri Gateway { get; }

    /// <summary>Seconds of processor time of all, so far.</summary>
    public double CpuSeconds => _processes.Values.Sum(process => process.CpuSeconds);

    /// <summary>One process: true service, settings from its environment.</summary>
    public static Task<int> ServeAsync(string part, string[] arguments) => Parts.TryGetValue(part, out var module)
        ? ServiceProgram.RunAsync(arguments, module())
        : throw new FormatException($"'{part}' is none of {string.Join(", ", Parts.Keys)}.");

    public static async Task<InflightServices> StartAsync(InflightOptions options)
    {
        var services = new InflightServices(new Uri($"http://127.0.0.1:{FreePort.Find()}"));
        var environment = options.Environment();
        foreach (var part in Parts.Keys)
        {
            string[] urls = ["--urls", part == "gateway" ? services.Gateway.ToString() : "http://127.0.0.1:0"];
            services._processes[part] = await ChildProcess.StartAsync(
                Environment.ProcessPath!, ["inflight-process", part, .. urls], environment, "FineTunePipeline serves");
        }

        return services;
    }

    /// <summary>Resident memory of each, in MB; pages that processes share count in each.</summary>
    public IReadOnlyDictionary<string, double> Megabytes() =>
        _processes.ToDictionary(process => process.Key, process => ProcessFacts.ResidentMegabytes(process.Value.Id));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            await process.DisposeAsync();
        }
    }
}
