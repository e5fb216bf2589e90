using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Ssh.Connections;
using FineTunePipeline.Hosts.Ssh.Files;
using FineTunePipeline.Hosts.Ssh.Runs;
using FineTunePipeline.Hosts.Ssh.Transfers;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>
/// A computer that is reached by SSH alone. It needs an sh, coreutils or busybox, and for runs Linux; no bash and no SFTP server. All calls share a few
/// connections; each has a time limit (<see cref="SshOptions"/>), and ends as <see cref="HostUnreachableException"/> when the host gives no sign of life.
/// </summary>
internal sealed class SshHost : IComputeHost
{
    private readonly SshConnections _pool;
    private readonly RemoteCalls _calls;
    private readonly RemoteCommands _commands;
    private readonly RemoteFiles _files;
    private readonly FileUpload _uploads;
    private readonly BatchUpload _batches;
    private readonly RemoteRuns _runs;

    /// <param name="pool">Connections to the host, which outlive this object.</param>
    /// <param name="workFolder">Absolute; our supervisor's script is kept below it.</param>
    /// <param name="isLease">It is a lease's, and not to be made again when it is gone.</param>
    public SshHost(SshConnections pool, string workFolder, bool isLease)
    {
        _pool = pool;
        _calls = new RemoteCalls(pool, isLease ? workFolder : null);
        _commands = new RemoteCommands(_calls);
        _files = new RemoteFiles(_calls);
        _uploads = new FileUpload(_calls);
        _batches = new BatchUpload(_calls);
        _runs = new RemoteRuns(_calls, _files, _uploads, HostPath.Absolute(workFolder));
    }

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => _commands.RunAsync(command, cancellationToken);

    public Task<bool> StartAsync(string runFolder, HostCommand command, CancellationToken cancellationToken) => _runs.StartAsync(runFolder, command, cancellationToken);

    public Task<RunLook> LookAsync(string runFolder, CancellationToken cancellationToken) => _runs.LookAsync(runFolder, cancellationToken);

    public Task StopAsync(string runFolder, TimeSpan grace, CancellationToken cancellationToken) => _runs.StopAsync(runFolder, grace, cancellationToken);

    public Task<byte[]> ReadAsync(string path, long offset, int maxBytes, CancellationToken cancellationToken) =>
        _files.ReadAsync(path, offset, maxBytes, cancellationToken);

    public Task<IReadOnlyList<HostFile>> ListAsync(string folder, CancellationToken cancellationToken) => _files.ListAsync(folder, cancellationToken);

    public Task<string> HashAsync(string path, CancellationToken cancellationToken) => _files.HashAsync(path, cancellationToken);

    public Task UploadAsync(Stream content, string path, CancellationToken cancellationToken) =>
        _uploads.UploadAsync(content, path, isPrivate: false, cancellationToken);

    public Task UploadAsync(IReadOnlyList<HostUpload> files, IProgress<TransferProgress>? progress, CancellationToken cancellationToken) =>
        _batches.UploadAsync(files, progress, cancellationToken);

    public Task<Stream> OpenReadAsync(string path, CancellationToken cancellationToken) => RemoteFileStream.OpenAsync(_calls, path, cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken) => _files.DeleteAsync(path, cancellationToken);

    public Task<ForwardedPort> ForwardAsync(int remotePort, CancellationToken cancellationToken) => PortForward.OpenAsync(_pool, PortForward.Loopback, remotePort, cancellationToken);
}
