using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>Registers hosts that are reached by SSH.</summary>
public static class SshHostRegistration
{
    /// <summary>Adds <see cref="SshHostConnector"/>. Called twice it changes nothing.</summary>
    public static IServiceCollection AddSshHosts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SshOptions>().Bind(configuration.GetSection(SshOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SshOptions>, SshOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SshHostConnector>();
        return services;
    }
}
