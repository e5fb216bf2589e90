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

/// <summary>The process that holds all services, in the order a job flows through them.</summary>
internal static class StandaloneHost
{
    private static IReadOnlyCollection<IServiceModule> Modules() =>
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

    /// <param name="home">The locked data folder.</param>
    /// <param name="args">Command line settings of ASP.NET Core, such as <c>--urls</c>.</param>
    /// <param name="urls">Where to listen if <paramref name="args"/> do not say it.</param>
    public static WebApplication Build(DataHome home, string[] args, string urls)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddFineTune(home);
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
        builder.Services.AddMessaging(builder.Configuration, Modules());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));

        var app = builder.Build();
        WritableFolders.Ensure(app.Services);
        app.MapGateway();
        return app;
    }
}
