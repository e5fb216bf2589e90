using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts;

/// <summary>
/// Anything that runs commands for a job: this computer, or a rented one by SSH. Paths are absolute paths on the host.
/// Nothing here retries; a broken connection is a <see cref="HostUnreachableException"/>, which says nothing about the host itself.
/// </summary>
public interface IComputeHost
{
    /// <summary>Runs a short command to its end. For long work use <see cref="StartAsync"/>.</summary>
    /// <exception cref="TimeoutException">It ran past <see cref="HostCommand.TimeLimit"/>; it was ended.</exception>
    Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a command detached in a run folder: it lives on when we do not. If the folder already holds a run (alive or ended) that one
    /// is kept and nothing is started: calling this again after a crash is safe.
    /// </summary>
    /// <returns>true if this call started it, false if the folder already held a run.</returns>
    Task<bool> StartAsync(string runFolder, HostCommand command, CancellationToken cancellationToken);

    /// <summary>What the run folder says about its run.</summary>
    Task<RunLook> LookAsync(string runFolder, CancellationToken cancellationToken);

    /// <summary>Asks the run to end (SIGTERM), and after <paramref name="grace"/> makes it (SIGKILL, whole process group). No error if nothing runs.</summary>
    Task StopAsync(string runFolder, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="maxBytes"/> bytes of a file from an offset; empty at its end or when there is no such file.</summary>
    Task<byte[]> ReadAsync(string path, long offset, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Files below a folder (relative path with forward slashes, length), or empty.</summary>
    Task<IReadOnlyList<HostFile>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>SHA-256 (lower-case hexadecimal) of a file, computed on the host.</summary>
    Task<string> HashAsync(string path, CancellationToken cancellationToken);

    /// <summary>Copies a stream to a file on the host (temporary name, flushed, renamed; folders are made).</summary>
    Task UploadAsync(Stream content, string path, CancellationToken cancellationToken);

    /// <summary>
    /// Brings files to the host. On return each is there whole: flushed, renamed from a temporary name, and with the right digest, computed on the host. What
    /// is there with that digest is left alone. Where the host is far away a large file goes in blocks, and a call after one that broke off sends only those
    /// that are missing or wrong; a short loss of contact is bridged within the call.
    /// </summary>
    /// <param name="progress">May be null.</param>
    /// <exception cref="ArtifactCorruptException">A content is not what its digest says; nothing under its name was changed.</exception>
    /// <exception cref="IOException">The host could not store it: full or read-only disk, no permission, a folder of that name.</exception>
    Task UploadAsync(IReadOnlyList<HostUpload> files, IProgress<TransferProgress>? progress, CancellationToken cancellationToken);

    /// <summary>The file's bytes as a stream.</summary>
    Task<Stream> OpenReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Deletes a file or folder with all it holds; no error if it is not there.</summary>
    Task DeleteAsync(string path, CancellationToken cancellationToken);

    /// <summary>Leads a free port of our loopback to a port of the host's loopback, until the result is disposed or the connection breaks.</summary>
    Task<ForwardedPort> ForwardAsync(int remotePort, CancellationToken cancellationToken);
}
