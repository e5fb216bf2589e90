using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Evaluation.Data;
using FineTunePipeline.Evaluation.Predicting;
using FineTunePipeline.Evaluation.Running;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Evaluation;

/// <summary>The service that asks base and tuned model the same questions, and judges.</summary>
public sealed class EvaluationModule : IServiceModule
{
    public string Name => "evaluation";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EvaluationOptions>().BindConfiguration(EvaluationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var concurrency = configuration.GetSection(EvaluationOptions.Section).Get<EvaluationOptions>()?.Concurrency ?? 1;
        services.AddLocalHost(configuration);
        services.AddSingleton<TrainerRuns>();
        services.AddSingleton<Predictions>();
        services.AddSingleton<Perplexities>();
        services.AddServiceDatabase<EvaluationDbContext>(Name);
        services.AddStage<EvaluateModel, EvaluationRunner, EvaluationDbContext>(Stage.Evaluate, concurrency);
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<EvaluateModelConsumer, EvaluateModelDefinition>();
}
