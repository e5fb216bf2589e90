using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Sagas;
using FineTunePipeline.Orchestrator.Data;
using FineTunePipeline.Orchestrator.Provenance;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.Orchestrator.Silence;
using FineTunePipeline.Orchestrator.Waiting;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FineTunePipeline.Orchestrator;

/// <summary>The service that knows the order of the stages.</summary>
public sealed class OrchestratorModule : IServiceModule
{
    public string Name => "orchestrator";

    /// <summary>When many jobs change at once, the views hear of them in few messages.</summary>
    public static OutboxBundle Bundle { get; } = OutboxBundle.Of<JobChanged, JobsChanged>(changes => new JobsChanged { Changes = changes });

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddServiceDatabase<OrchestratorDbContext>(Name);
        services.AddSingleton<IFinishedJobs, FinishedJobs>();
        services.AddSingleton(Bundle);
        services.AddSingleton<SilentJobs>();
        services.AddSingleton<WaitingJobs>();
        services.AddHostedService<SilenceWatch>();
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddSagaStateMachine<FineTuneStateMachine, FineTuneSaga>(typeof(FineTuneSagaDefinition)).InServiceDatabase<FineTuneSaga, OrchestratorDbContext>();
        bus.AddConsumer<WriteProvenanceConsumer, WriteProvenanceDefinition>();
        bus.AddConsumer<HostFreedConsumer, HostFreedDefinition>();
    }
}
