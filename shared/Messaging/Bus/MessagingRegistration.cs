using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Health;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>The one place that chooses the transport. What must outlive the process lies in the services' databases, whatever the transport is.</summary>
public static class MessagingRegistration
{
    /// <summary>Adds the modules and the bus that connects them.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration, IReadOnlyCollection<IServiceModule> modules)
    {
        services.AddOptions<BusOptions>().BindConfiguration(BusOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RabbitMqOptions>().BindConfiguration(RabbitMqOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        foreach (var module in modules)
        {
            module.AddServices(services, configuration);
        }

        var inMemory = BusOptions.TransportOf(configuration) == BusOptions.InMemory;
        services.AddSingleton(new OutboxSettings { TransportForgets = inMemory });
        services.AddMassTransit(bus =>
        {
            // MassTransit tells its makers by HTTP what it is used for, unless it is told not to.
            bus.DisableUsageTelemetry();
            foreach (var module in modules)
            {
                module.AddConsumers(bus);
            }

            bus.AddSendObserver<RefuseDelays>();
            bus.AddPublishObserver<RefuseDelays>();
            if (inMemory)
            {
                bus.UsingInMemory((context, transport) =>
                {
                    transport.UseOutboxScheduler();
                    transport.ConfigureEndpoints(context);
                });
            }
            else
            {
                bus.AddConfigureEndpointsCallback((_, endpoint) => (endpoint as IRabbitMqReceiveEndpointConfigurator)?.ConfigureChannel(pipe => pipe.UseFilter(new DeclareInTurns())));
                bus.UsingRabbitMq(ConfigureRabbitMq);
            }
        });

        // A stop lets consumers end (they take milliseconds); long work is in the stage runners, which give back their claims.
        services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(10);
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<BrokerFault>();
        services.AddSingleton<BrokerReady>();
        services.AddHealthChecks().AddReady<BrokerReady>("broker");
        if (!inMemory)
        {
            services.RemoveMassTransitHostedService();
            services.AddHostedService<BrokerConnection>();
        }

        return services;
    }

    /// <summary>
    /// Classic durable queues and confirmed sends (MassTransit's defaults), and nothing that needs a plugin. The bus is healthy only when each endpoint has its
    /// queue and its bindings, and dispatchers wait for that: who answers a message was there before it.
    /// </summary>
    private static void ConfigureRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator transport)
    {
        var broker = context.GetRequiredService<IOptions<RabbitMqOptions>>().Value;
        transport.Host(broker.Host, (ushort)broker.Port, broker.VirtualHost, $"finetune {Environment.MachineName}/{Environment.ProcessId}", host =>
        {
            host.Username(broker.User);
            host.Password(broker.Password);
            host.PublisherConfirmation = true;
        });

        // For machines: without line ends and indents a message is a third shorter.
        transport.ConfigureJsonSerializerOptions(json =>
        {
            json.WriteIndented = false;
            return json;
        });

        // Nobody listens to these; without exchanges of their own the broker has less to pass on.
        transport.Publish<IJobMessage>(topology => topology.Exclude = true);
        transport.Publish<IStageEvent>(topology => topology.Exclude = true);
        transport.Publish<IStageCommand>(topology => topology.Exclude = true);
        transport.UseOutboxScheduler();
        transport.ConfigureEndpoints(context);
    }
}
