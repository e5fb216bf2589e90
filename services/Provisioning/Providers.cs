using FineTunePipeline.Provisioning.Providers;
using FineTunePipeline.Provisioning.Providers.Local;
using FineTunePipeline.Provisioning.Providers.Ssh;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Provisioning;

/// <summary>Everyone who can rent us a host. A new provider is one folder in <c>Providers/</c> and one line here.</summary>
internal static class ProviderList
{
    public static IServiceCollection AddProviders(this IServiceCollection services) => services
        .AddSingleton<IHostProvider, LocalProvider>()
        .AddSingleton<IHostProvider, SshProvider>();
}
