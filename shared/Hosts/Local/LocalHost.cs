using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Local;

/// <summary>This computer. Started commands live in a supervisor of their own (<c>finetune-supervise</c>) and outlive the service.</summary>
/// <param name="supervise">How to start the supervisor; asked only when something is started.</param>
/// <param name="time">Clock of all waiting.</param>
public sealed class LocalHost(Func<HostCommand> supervise, TimeProvider time) : IComputeHost
{
    private readonly LocalRuns _runs = new(supervise, time);

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => LocalCommand.RunAsync(command, time, cancellationToken);

    public Task<bool> StartAsync(string runFolder, HostCommand command, CancellationToken cancellationToken) =>
        _runs.StartAsync(Absolute(runFolder), command, cancellationToken);

    public Task<RunLook> LookAsync(string runFolder, CancellationToken cancellationToken) => Task.FromResult(LocalRuns.Look(Absolute(runFolder)));

    public Task StopAsync(string runFolder, TimeSpan grace, CancellationToken cancellationToken) =>
        _runs.StopAsync(Absolute(runFolder), grace, cancellationToken);

    public async Task<byte[]> ReadAsync(string path, long offset, int maxBytes, CancellationToken cancellationToken)
    {
        if (OpenForReading(Absolute(path)) is not { } stream)
        {
            return [];
        }

        await using (stream)
        {
            if (offset >= stream.Length)
            {
                return [];
            }

            stream.Position = offset;
            var buffer = new byte[(int)Math.Min(maxBytes, stream.Length - offset)];
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return read == buffer.Length ? buffer : buffer[..read];
        }
    }

    public Task<IReadOnlyList<HostFile>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        IReadOnlyList<HostFile> files = [];
        if (Directory.Exists(Absolute(folder)))
        {
            // A trainer at work makes and removes files while we list: what is gone by now is left out.
            files = [.. FolderFiles.Below(folder)
                .Select(path => (Path: path, Info: new FileInfo(Path.Combine(folder, path))))
                .Where(file => file.Info.Exists)
                .Select(file => new HostFile(file.Path, LengthOf(file.Info)))];
        }

        return Task.FromResult(files);
    }

    public Task<string> HashAsync(string path, CancellationToken cancellationToken) => Digests.Sha256OfFileAsync(Absolute(path), cancellationToken);

    public Task UploadAsync(Stream content, string path, CancellationToken cancellationToken) =>
        DurableFile.WriteAsync(Absolute(path), content.CopyToAsync, cancellationToken);

    public Task UploadAsync(IReadOnlyList<HostUpload> files, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        LocalUpload.RunAsync([.. files.Select(file => file with { Path = Absolute(file.Path) })], progress, time, cancellationToken);

    public Task<Stream> OpenReadAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(OpenForReading(Absolute(path)) ?? throw new FileNotFoundException($"The host has no file {path}.", path));

    public Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        if (Path.GetPathRoot(Absolute(path)) == path)
        {
            throw new ArgumentException($"'{path}' is the root of a disk.", nameof(path));
        }

        if (File.Exists(path))
        {
            File.Delete(path);
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return Task.CompletedTask;
    }

    public Task<ForwardedPort> ForwardAsync(int remotePort, CancellationToken cancellationToken) => Task.FromResult(new ForwardedPort(remotePort));

    private static FileStream? OpenForReading(string path)
    {
        try
        {
            // The trainer may write, rename and delete the file meanwhile.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static long LengthOf(FileInfo file) => file.LinkTarget is null ? file.Length : file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target.Length : 0;

    private static string Absolute(string path) =>
        Path.IsPathFullyQualified(path) ? path : throw new ArgumentException($"'{path}' is not an absolute path.", nameof(path));
}
