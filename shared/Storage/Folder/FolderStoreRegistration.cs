using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Storage.Folder;

/// <summary>Registers the artifact store that lies in a local folder.</summary>
public static class FolderStoreRegistration
{
    /// <summary>Adds <see cref="IArtifactStore"/> on a folder, configured by <see cref="FolderStoreOptions"/>. Called twice it changes nothing.</summary>
    public static IServiceCollection AddFolderArtifactStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FolderStoreOptions>().Bind(configuration.GetSection(FolderStoreOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FolderStoreOptions>, FolderStoreOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FolderStoreOptions>, FolderStorePathValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IArtifactStore>(provider => new FolderArtifactStore(
            provider.GetRequiredService<IOptions<FolderStoreOptions>>().Value.Folder,
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
