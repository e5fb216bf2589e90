using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Evaluation.Data;
using FineTunePipeline.Evaluation.Predicting;
using FineTunePipeline.Evaluation.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Evaluation;

/// <summary>The service that asks base and tuned model the same questions, and judges.</summary>
public sealed class EvaluationModule : IServiceModule
{
    public string Name => "evaluation";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EvaluationOptions>().BindConfiguration(EvaluationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddComputeHosts(configuration);
        services.AddSingleton<TrainerRuns>();
        services.AddSingleton<Predictions>();
        services.AddSingleton<Perplexities>();
        services.AddServiceDatabase<EvaluationDbContext>(Name);
        services.AddStage<EvaluateModel, EvaluationRunner, EvaluationDbContext>(
            Stage.Evaluate, provider => Options(provider).Concurrency, provider => Options(provider).LocalConcurrency, command => command.Prepared.Host.IsLocal());
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<EvaluateModelConsumer, EvaluateModelDefinition>();

    private static EvaluationOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<EvaluationOptions>>().Value;
}
