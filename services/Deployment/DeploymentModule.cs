using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Deployment.Serving;
using FineTunePipeline.Deployment.Targets.Folder;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Deployment;

/// <summary>The service that makes finished models usable.</summary>
public sealed class DeploymentModule : IServiceModule
{
    public string Name => "deployment";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DeploymentOptions>().BindConfiguration(DeploymentOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .PostConfigure<IOptions<LocalHostOptions>>((deployment, host) =>
                deployment.Folder = deployment.Folder.Length > 0 ? deployment.Folder : Path.Combine(host.Value.WorkFolder, "served"));
        services.AddLocalHost(configuration);

        // The probe has a limit of its own.
        services.AddHttpClient(ChatProbe.Client, client => client.Timeout = Timeout.InfiniteTimeSpan);
        services.AddSingleton<ServedModelTable>();
        services.AddSingleton<ModelServers>();
        services.AddSingleton<ChatProbe>();
        services.AddSingleton<ModelDescriptions>();
        services.AddSingleton<ServedModels>();
        services.AddSingleton<IServedModels>(provider => provider.GetRequiredService<ServedModels>());
        services.AddDeploymentTargets();
        services.AddServiceDatabase<DeploymentDbContext>(Name);
        services.AddStage<DeployModel, DeploymentRunner, DeploymentDbContext>(Stage.Deploy, Concurrency);
        services.AddHostedService<ServedModelKeeper>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<DeployModelConsumer, DeployModelDefinition>();

    private static int Concurrency(IServiceProvider provider) => provider.GetRequiredService<IOptions<DeploymentOptions>>().Value.Concurrency;
}
