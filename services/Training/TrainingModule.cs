using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Training.Checkpoints;
using FineTunePipeline.Training.Data;
using FineTunePipeline.Training.Watching;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Training;

/// <summary>The service that starts, watches and resumes training.</summary>
public sealed class TrainingModule : IServiceModule
{
    public string Name => "training";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TrainingOptions>().BindConfiguration(TrainingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddComputeHosts(configuration);
        services.AddTrainers();
        services.AddSingleton<CheckpointTable>();
        services.AddSingleton<CheckpointArchive>();
        services.AddSingleton<BestCheckpoint>();
        services.AddSingleton<LastCheckpoint>();
        services.AddSingleton<TrainingStart>();
        services.AddSingleton<TrainingWatch>();
        services.AddSingleton<TrainingResult>();
        services.AddServiceDatabase<TrainingDbContext>(Name);
        services.AddStage<StartTraining, TrainingRunner, TrainingDbContext>(
            Stage.Train, provider => Options(provider).Concurrency, provider => Options(provider).LocalConcurrency, command => command.Prepared.Host.IsLocal());
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<StartTrainingConsumer, StartTrainingDefinition>();

    private static TrainingOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<TrainingOptions>>().Value;
}
