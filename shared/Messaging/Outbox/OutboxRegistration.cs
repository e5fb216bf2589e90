using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Parking;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Puts inbox and outbox on endpoints, and their dispatcher into the process.</summary>
public static class OutboxRegistration
{
    /// <summary>
    /// Makes every consume of this endpoint one transaction of the service's database: changes, inbox row, messages. Retries must be added before it, so
    /// that each try begins with a new context.
    /// What cannot be taken is parked.
    /// </summary>
    /// <param name="endpoint">Has one consumer or saga.</param>
    /// <param name="context">The bus's.</param>
    /// <param name="parks">False only where parked messages themselves are taken.</param>
    public static void UseServiceOutbox<TDb>(this IReceiveEndpointConfigurator endpoint, IRegistrationContext context, bool parks = true)
        where TDb : ServiceDbContext
    {
        if (parks)
        {
            var filter = new ParkFilter<TDb>(context);
            endpoint.ConfigureError(pipe =>
            {
                // Tells the saga, as Fault<T>.
                pipe.UseFilter(new GenerateFaultFilter());
                pipe.UseFilter(filter);
            });
            endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(filter));
        }

        // However long the database is away, a message is not at fault for it, nor its job: it waits, and holds back those behind it.
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(DatabaseFaults.IsOutage);
            retry.Exponential(int.MaxValue, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(200));
        });
        var observer = new OutboxConsumePipeSpecificationObserver<TDb>(endpoint, context);
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
        endpoint.ConnectActivityConfigurationObserver(observer);
    }

    internal static void AddOutbox<TDb>(this IServiceCollection services)
        where TDb : ServiceDbContext
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OutboxCleaner<TDb>>();
        services.TryAddSingleton<OutboxDispatcher<TDb>>();
        services.TryAddSingleton<OutboxCommit<TDb>>();
        services.TryAddSingleton<ConsumeTurns<TDb>>();
        services.TryAddSingleton(provider => new ServiceOutbox<TDb>(
            provider.GetRequiredService<IDbContextFactory<TDb>>(), provider.GetRequiredService<IBus>(), provider.GetRequiredService<OutboxCommit<TDb>>(), provider));
        services.TryAddScoped<IOutboxContextFactory<TDb>, DurableOutboxContextFactory<TDb>>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxDispatcher<TDb>>());
    }

    /// <summary>Schedules become rows, too.</summary>
    internal static void UseOutboxScheduler(this IBusFactoryConfigurator bus) => bus.AddPrePipeSpecification(new OutboxScheduler.Specification());
}
