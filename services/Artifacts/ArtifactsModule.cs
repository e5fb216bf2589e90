using FineTunePipeline.Artifacts.Data;
using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Fetch;
using FineTunePipeline.Artifacts.Models;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Artifacts;

/// <summary>The service that validates jobs and brings their inputs into the store.</summary>
public sealed class ArtifactsModule : IServiceModule
{
    public string Name => "artifacts";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ArtifactsOptions>().BindConfiguration(ArtifactsOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .PostConfigure<IOptions<LocalHostOptions>>((artifacts, host) =>
                artifacts.WorkFolder = artifacts.WorkFolder.Length > 0 ? artifacts.WorkFolder : Path.Combine(host.Value.WorkFolder, "inputs"));
        services.AddLocalHost(configuration);
        services.AddSingleton<WorkFolders>();
        services.AddSingleton<ModelStore>();
        services.AddSingleton<DatasetSources>();
        services.AddSingleton<TokenCounter>();
        services.AddSingleton<ResourceCheck>();
        services.AddServiceDatabase<ArtifactsDbContext>(Name);
        services.AddStage<ValidateJob, ValidateJobRunner, ArtifactsDbContext>(Stage.Validate, Concurrency);
        services.AddStage<FetchArtifacts, FetchArtifactsRunner, ArtifactsDbContext>(Stage.Fetch, Concurrency);
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ValidateJobConsumer, ValidateJobDefinition>();
        bus.AddConsumer<FetchArtifactsConsumer, FetchArtifactsDefinition>();
    }

    private static int Concurrency(IServiceProvider provider) => provider.GetRequiredService<IOptions<ArtifactsOptions>>().Value.Concurrency;
}
