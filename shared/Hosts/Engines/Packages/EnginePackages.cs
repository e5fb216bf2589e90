using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Engines.Packages;

/// <summary>
/// Our engines for rented hosts, in the artifact store: published and packed when they are first asked for, and again only when their sources have
/// changed or the store has lost them. Who asks while another process of this computer packs waits for it.
/// </summary>
public sealed partial class EnginePackages(IArtifactStore store, IOptions<EngineOptions> options, TimeProvider time, ILogger<EnginePackages> logger)
{
    /// <summary>Where the service's own files lie; tests set another one.</summary>
    internal string BaseFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>Runs a command in this computer's place, for tests; null: this computer.</summary>
    internal Func<HostCommand, CancellationToken, Task<CommandResult>>? Run { get; init; }

    private string Folder => options.Value.PackageFolder;

    /// <summary>The first call of an edition takes minutes, later ones a moment.</summary>
    /// <exception cref="EngineMissingException">There is nothing to make them of.</exception>
    /// <exception cref="EnginePackageException">They could not be published.</exception>
    public async Task<EnginePackage> GetAsync(CancellationToken cancellationToken)
    {
        var source = EngineSource.Find(options.Value.HostFolder, BaseFolder);
        var record = Path.Combine(Folder, await source.DigestAsync(cancellationToken).ConfigureAwait(false) + ".json");
        if (await KnownAsync(record, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        Directory.CreateDirectory(Folder);
        using var alone = await ExclusiveFile.HoldAsync(Path.Combine(Folder, "lock"), time, cancellationToken).ConfigureAwait(false);
        if (await KnownAsync(record, cancellationToken).ConfigureAwait(false) is { } made)
        {
            return made;
        }

        DeleteUnfinished();
        var began = time.GetTimestamp();
        var package = await MakeAsync(source, cancellationToken).ConfigureAwait(false);
        await DurableFile.WriteTextAsync(record, JsonSerializer.Serialize(package, ContractJson.Options), cancellationToken).ConfigureAwait(false);
        LogMade(package.Archives.Sha256, package.UnpackedBytes, (long)time.GetElapsedTime(began).TotalSeconds);
        return package;
    }

    private async Task<EnginePackage> MakeAsync(EngineSource source, CancellationToken cancellationToken)
    {
        var unfinished = Path.Combine(Folder, DurableFile.TemporaryPrefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(unfinished);
        try
        {
            var published = source.Folder;
            if (!source.IsReady)
            {
                published = Path.Combine(unfinished, "published");
                LogPublishing(source.Folder);
                var publisher = new EnginePublisher(Run ?? ((command, token) => LocalCommand.RunAsync(command, time, token)), options.Value.PublishTimeLimit);
                await publisher.PublishAsync(source.Folder, published, cancellationToken).ConfigureAwait(false);
            }

            var archives = new List<ManifestFile>();
            var bytes = 0L;
            foreach (var engine in EngineSource.Engines)
            {
                var archive = Path.Combine(unfinished, EngineArchive.FileName(engine));
                bytes += await EngineArchive.WriteAsync(engine, Path.Combine(published, EngineNames.Program(engine)), archive, cancellationToken).ConfigureAwait(false);
                var content = EngineArchive.Open(archive);
                await using (content.ConfigureAwait(false))
                {
                    var stored = await store.PutAsync(content, cancellationToken).ConfigureAwait(false);
                    archives.Add(new ManifestFile(EngineArchive.FileName(engine), stored.Bytes, stored.Sha256));
                }
            }

            var manifest = await store.PutManifestAsync(new Manifest { Kind = "engines", Files = archives }, cancellationToken).ConfigureAwait(false);
            return new EnginePackage(manifest, bytes);
        }
        finally
        {
            Delete(unfinished);
        }
    }

    /// <summary>What the record names, if the store still has all of it.</summary>
    private async Task<EnginePackage?> KnownAsync(string record, CancellationToken cancellationToken)
    {
        if (!File.Exists(record))
        {
            return null;
        }

        var package = JsonSerializer.Deserialize<EnginePackage>(await File.ReadAllTextAsync(record, cancellationToken).ConfigureAwait(false), ContractJson.Options)!;
        if (await store.FindAsync(package.Archives.Sha256, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        var manifest = await store.LoadManifestAsync(package.Archives, cancellationToken).ConfigureAwait(false);
        foreach (var archive in manifest.Files)
        {
            if (await store.FindAsync(archive.Sha256, cancellationToken).ConfigureAwait(false) != archive.Bytes)
            {
                return null;
            }
        }

        return package;
    }

    /// <summary>What a process that was killed left; whoever holds the lock knows that nobody works there.</summary>
    private void DeleteUnfinished()
    {
        foreach (var left in Directory.EnumerateDirectories(Folder, DurableFile.TemporaryPrefix + "*"))
        {
            Delete(left);
        }
    }

    private void Delete(string unfinished)
    {
        try
        {
            Directory.Delete(unfinished, recursive: true);
        }
        catch (IOException exception)
        {
            // A build that was ended a moment ago may still write there; whoever packs next deletes it.
            LogLeft(exception, unfinished);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Publishing the engines for rented hosts from {Tree}; this is done once and takes minutes")]
    private partial void LogPublishing(string tree);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Folder} could not be deleted now")]
    private partial void LogLeft(Exception exception, string folder);

    [LoggerMessage(Level = LogLevel.Information, Message = "The engines for rented hosts are packed as {Sha256}: {Bytes} bytes unpacked, in {Seconds} s")]
    private partial void LogMade(string sha256, long bytes, long seconds);
}
