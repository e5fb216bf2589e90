using FineTunePipeline.Artifacts;
using FineTunePipeline.Conversion;
using FineTunePipeline.Deployment;
using FineTunePipeline.Evaluation;
using FineTunePipeline.Gateway;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Orchestrator;
using FineTunePipeline.Provisioning;
using FineTunePipeline.ServiceDefaults.Configuration;
using FineTunePipeline.ServiceDefaults.Home;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.Training;

namespace FineTunePipeline.Standalone;

/// <summary>The process that holds all services, or some, in the order a job flows through them.</summary>
internal static class StandaloneHost
{
    /// <summary>Every service there is.</summary>
    public static IReadOnlyList<IServiceModule> Modules { get; } =
    [
        new GatewayModule(),
        new OrchestratorModule(),
        new ArtifactsModule(),
        new ProvisioningModule(),
        new TrainingModule(),
        new EvaluationModule(),
        new ConversionModule(),
        new DeploymentModule(),
    ];

    /// <param name="home">The data folder, open.</param>
    /// <param name="args">Command line settings of ASP.NET Core, such as <c>--urls</c>.</param>
    /// <param name="transport">What carries the messages; the folder was opened accordingly.</param>
    /// <param name="modules">The services to hold.</param>
    /// <param name="urls">Where to listen if <paramref name="args"/> do not say it. Default: the gateway on 8080, others on any free port.</param>
    public static WebApplication Build(DataHome home, string[] args, string transport, IReadOnlyList<IServiceModule> modules, string? urls = null)
    {
        var gateway = modules.Any(module => module is GatewayModule);
        urls ??= gateway ? "http://127.0.0.1:8080" : "http://127.0.0.1:0";
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddFineTune(home);
        builder.Configuration.AddInMemoryCollection([new($"{BusOptions.Section}:{nameof(BusOptions.Transport)}", transport)]);
        builder.WebHost.UseKestrelHttpsConfiguration();
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls(urls);
        }

        ListenAddresses.Ensure(builder.Configuration["urls"] is { Length: > 0 } set ? set : urls);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        builder.Services.AddHealthChecks();
        builder.Services.AddHttpClient();
        builder.Services.AddFolderArtifactStore(builder.Configuration);
        builder.Services.AddLocalHost(builder.Configuration);
        builder.Services.AddMessaging(builder.Configuration, modules);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));

        var app = builder.Build();
        WritableFolders.Ensure(app.Services);
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        if (gateway)
        {
            app.MapGateway();
        }

        return app;
    }
}
