using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging;
using FineTunePipeline.Training;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Benchmarks.Inflight;

/// <summary>The true training service; only what it trains on is simulated.</summary>
internal sealed class SimulatedTrainingModule : IServiceModule
{
    private readonly TrainingModule _training = new();

    public string Name => _training.Name;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        _training.AddServices(services, configuration);
        services.AddSingleton<IHostConnector>(_ => new SimulatedHosts(Environment.GetEnvironmentVariable("INFLIGHT_LOOKS")!));
    }

    public void AddConsumers(IBusRegistrationConfigurator bus) => _training.AddConsumers(bus);
}
