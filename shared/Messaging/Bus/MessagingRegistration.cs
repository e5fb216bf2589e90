using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>The one place that chooses the transport. What must outlive the process lies in the services' databases, whatever the transport is.</summary>
public static class MessagingRegistration
{
    /// <summary>Adds the modules and the bus that connects them.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration, IReadOnlyCollection<IServiceModule> modules)
    {
        foreach (var module in modules)
        {
            module.AddServices(services, configuration);
        }

        services.AddSingleton(new OutboxSettings { TransportForgets = true });
        services.AddMassTransit(bus =>
        {
            foreach (var module in modules)
            {
                module.AddConsumers(bus);
            }

            bus.UsingInMemory((context, transport) =>
            {
                transport.UseOutboxScheduler();
                transport.ConfigureEndpoints(context);
            });
        });

        // A stop lets consumers end (they take milliseconds); long work is in the stage runners, which give back their claims.
        services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(10);
        });
        return services;
    }
}
