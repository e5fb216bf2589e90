using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Providers.Local;

/// <summary>This computer, for nothing. A "host" is a folder below the work root; it is given back by ending what runs in it and deleting it.</summary>
internal sealed class LocalProvider(IOptions<LocalHostOptions> options, IHostConnector connector) : IHostProvider
{
    /// <summary>Marks a folder as a host of ours; nothing without it is ever listed or deleted.</summary>
    private const string Mark = ".finetune-host";

    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    private string Root => options.Value.WorkFolder;

    public string Name => LocalMachine.Kind;

    public TimeSpan SettleTime => TimeSpan.Zero;

    public Task<HostOffer?> OfferAsync(HostRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<HostOffer?>(new HostOffer(0, request.Currency));

    public async Task<ProvidedHost> CreateAsync(string name, HostRequest request, string? offer, CancellationToken cancellationToken)
    {
        try
        {
            await DurableFile.WriteTextAsync(Path.Combine(FolderOf(name), Mark), request.JobId + "\n", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new ProviderException(
                "work_folder_unwritable",
                $"The work folder {Root} cannot be written: {exception.Message} Free space there, or set FINETUNE__LocalHost__WorkFolder to another folder.",
                FailureKind.BadInput,
                exception);
        }

        return HostOf(name);
    }

    public Task<ProvidedHost?> FindAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(File.Exists(Path.Combine(FolderOf(name), Mark)) ? HostOf(name) : null);

    public async Task ReleaseAsync(string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return;
        }

        var host = connector.Connect(found.Reference);
        var folder = FolderOf(name);
        await HostRuns.StopAllAsync(host, folder, StopGrace, cancellationToken).ConfigureAwait(false);

        // The mark goes last: a deletion that breaks off leaves a host that is still listed, and so is deleted again.
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.Name != Mark))
        {
            await host.DeleteAsync(entry.FullName, cancellationToken).ConfigureAwait(false);
        }

        await host.DeleteAsync(folder, cancellationToken).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<ProvidedHost>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProvidedHost> hosts = Directory.Exists(Root)
            ? [.. Directory.EnumerateDirectories(Root).Where(folder => File.Exists(Path.Combine(folder, Mark))).Select(folder => HostOf(Path.GetFileName(folder)))]
            : [];
        return Task.FromResult(hosts);
    }

    private ProvidedHost HostOf(string name) => new(name, LocalMachine.Reference(Root, FolderOf(name)));

    private string FolderOf(string name) => ManifestPaths.FaultOf(name) is null && !name.Contains('/')
        ? Path.Combine(Root, name)
        : throw new ArgumentException($"'{name}' cannot be the name of a host.", nameof(name));
}
