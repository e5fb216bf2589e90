using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Hosts.Ssh;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FineTunePipeline.Hosts;

/// <summary>Registers every kind of compute host.</summary>
public static class HostRegistration
{
    /// <summary>For services that work on the hosts of jobs: an <see cref="IHostConnector"/> for this computer and for hosts by SSH. Called twice it changes nothing.</summary>
    public static IServiceCollection AddComputeHosts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddLocalHost(configuration).AddSshHosts(configuration);
        services.TryAddSingleton<LocalHostConnector>();
        services.Replace(ServiceDescriptor.Singleton<IHostConnector, HostConnector>());
        return services;
    }
}
