using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Conversion.Data;
using FineTunePipeline.Conversion.Gguf;
using FineTunePipeline.Conversion.Merging;
using FineTunePipeline.Conversion.Planning;
using FineTunePipeline.Conversion.Questions;
using FineTunePipeline.Conversion.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Conversion;

/// <summary>The service that merges, writes GGUF and quantises.</summary>
public sealed class ConversionModule : IServiceModule
{
    public string Name => "conversion";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConversionOptions>().BindConfiguration(ConversionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddComputeHosts(configuration);
        services.AddSingleton<ModelTool>();
        services.AddSingleton<HostFiles>();
        services.AddSingleton<ModelMerger>();
        services.AddSingleton<GgufFactory>();
        services.AddSingleton<FileQuestions>();
        services.AddSingleton<KQuantFits>();
        services.AddServiceDatabase<ConversionDbContext>(Name);
        services.AddStage<ConvertModel, ConversionRunner, ConversionDbContext>(
            Stage.Convert, provider => Options(provider).Concurrency, provider => Options(provider).LocalConcurrency, command => command.Prepared.Host.IsLocal());
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => bus.AddConsumer<ConvertModelConsumer, ConvertModelDefinition>();

    private static ConversionOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ConversionOptions>>().Value;
}
