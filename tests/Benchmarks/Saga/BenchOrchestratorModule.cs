using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Sagas;
using FineTunePipeline.Orchestrator;
using FineTunePipeline.Orchestrator.Data;
using FineTunePipeline.Orchestrator.Provenance;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.TestKit.Stages;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>The true saga in its true database; only the document at a job's end is not written, for there are no stages' statements to put in it.</summary>
internal sealed class BenchOrchestratorModule : IServiceModule
{
    public string Name => "orchestrator";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddServiceDatabase<OrchestratorDbContext>(Name);
        services.AddSingleton(OrchestratorModule.Bundle);
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddSagaStateMachine<FineTuneStateMachine, FineTuneSaga>(typeof(FineTuneSagaDefinition)).InServiceDatabase<FineTuneSaga, OrchestratorDbContext>();
        bus.AddConsumer<NoProvenance, NoProvenanceDefinition>();
    }

    private sealed class NoProvenance : IConsumer<WriteProvenance>
    {
        public Task Consume(ConsumeContext<WriteProvenance> context) => context.Publish(
            new ProvenanceWritten { JobId = context.Message.JobId, Provenance = SampleEvents.Reference, Moments = context.Message.Moments.Count }, context.CancellationToken);
    }

    private sealed class NoProvenanceDefinition : ConsumerDefinition<NoProvenance>
    {
        protected override void ConfigureConsumer(
            IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<NoProvenance> consumerConfigurator, IRegistrationContext context)
        {
            endpointConfigurator.PrefetchCount = 16;
            endpointConfigurator.UseServiceOutbox<OrchestratorDbContext>(context);
        }
    }
}
