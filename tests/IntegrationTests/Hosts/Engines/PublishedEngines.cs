using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.IntegrationTests.Hosts.Engines;

/// <summary>
/// Our engines as hosts get them, published from this source tree by the product's own code, once for all tests that want them. They stay in <c>.tmp</c>, so
/// that the next run of the tests publishes only what has changed.
/// </summary>
internal static class PublishedEngines
{
    private static readonly string Folder = Path.Combine(EnginePath.RepositoryRoot(), ".tmp", "host-engines");
    private static readonly string StoreFolder = Path.Combine(Folder, "store");

    public static FolderArtifactStore Store { get; } = new(StoreFolder, TimeProvider.System);

    public static EnginePackages Packages { get; } = new(
        Store, Options.Create(new EngineOptions { PackageFolder = Path.Combine(Folder, "packages") }), TimeProvider.System, NullLogger<EnginePackages>.Instance);

    /// <summary>Publishes them if need be, and forgets earlier editions, a quarter of a gigabyte each.</summary>
    public static async Task PublishAsync()
    {
        var package = await Packages.GetAsync(CancellationToken.None);
        var manifest = await Store.LoadManifestAsync(package.Archives, CancellationToken.None);
        string[] kept = [package.Archives.Sha256, .. manifest.Files.Select(file => file.Sha256)];
        foreach (var blob in Directory.EnumerateFiles(StoreFolder, "*", SearchOption.AllDirectories).Where(blob => !kept.Contains(Path.GetFileName(blob))))
        {
            File.Delete(blob);
        }
    }
}
