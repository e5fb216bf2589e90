using MassTransit;
using Microsoft.AspNetCore.Builder;
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

    /// <summary>Where a process that holds it listens if no setting says it; null for any free port of loopback.</summary>
    string? UsualUrl => null;

    /// <summary>Its HTTP interface, if it has one.</summary>
    void MapEndpoints(WebApplication app)
    {
    }
}
