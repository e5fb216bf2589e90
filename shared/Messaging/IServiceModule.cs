using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Messaging;

/// <summary>A service, as a process puts it in: what it needs, and what it listens to. A process holds one module or several.</summary>
public interface IServiceModule
{
    /// <summary>Short name: of its database file, in logs, and in <c>serve --services</c>.</summary>
    string Name { get; }

    /// <summary>Options, database, stages, adapters.</summary>
    void AddServices(IServiceCollection services, IConfiguration configuration);

    /// <summary>Consumers and sagas.</summary>
    void AddConsumers(IBusRegistrationConfigurator bus);
}
