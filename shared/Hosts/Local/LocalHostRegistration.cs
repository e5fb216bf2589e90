using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Local;

/// <summary>Registers this computer as compute host, and our engine programs.</summary>
public static class LocalHostRegistration
{
    /// <summary>Adds <see cref="IHostConnector"/>, <see cref="HostRuns"/>, <see cref="EngineLocator"/> and <see cref="EngineVersions"/>. Called twice it changes nothing.</summary>
    public static IServiceCollection AddLocalHost(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LocalHostOptions>().Bind(configuration.GetSection(LocalHostOptions.Section)).ValidateOnStart();
        services.AddOptions<EngineOptions>().Bind(configuration.GetSection(EngineOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LocalHostOptions>, LocalHostOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LocalHostOptions>, LocalHostPathValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EngineOptions>, EngineOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<EngineLocator>();
        services.TryAddSingleton<TrainerLocator>();
        services.TryAddSingleton<EngineVersions>();
        services.TryAddSingleton<HostRuns>();
        services.TryAddSingleton<IHostConnector, LocalHostConnector>();
        return services;
    }
}
