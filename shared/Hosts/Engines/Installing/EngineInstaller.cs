using System.Text;
using FineTunePipeline.Hosts.Artifacts;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Hosts.Engines.Installing;

/// <summary>
/// Puts our engines on a host: archives placed and verified by digest, unpacked there and every file verified again, each engine run once as proof. A file
/// written last says that all of it was done, and with it nothing is done again. Broken off anywhere, it is taken up where it stopped.
/// </summary>
public sealed partial class EngineInstaller(IArtifactStore store, EngineLocator engines, ILogger<EngineInstaller> logger)
{
    private const string Done = "installed";
    private const int LogLines = 20;
    private const int LongestMark = 256;

    /// <summary>The first start of a program of half a gigabyte reads it from a disk that may be slow.</summary>
    private static readonly TimeSpan ProofLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan UnpackLimit = TimeSpan.FromMinutes(20);

    // busybox's tar and sha256sum know these options too. What is right is not worth a line of the log.
    private const string UnpackScript = """
        cd "$1" || exit
        tar -xzof "packed/$2" || exit
        sha256sum -c "$3" >verify.log 2>&1 && exec rm -f -- verify.log
        grep -v ': OK$' verify.log >&2
        exit 65
        """;

    /// <summary>What proves that an engine runs on a host with the native libraries in it, which each loads for this.</summary>
    private static string ProofOf(Engine engine) => engine == Engine.Trainer ? "env" : "version";

    /// <summary>The folder of an edition of the engines: several may lie side by side, and none is ever changed.</summary>
    /// <param name="workFolder">The host's.</param>
    public static string FolderOf(string workFolder, EnginePackage package) => $"{workFolder.TrimEnd('/')}/.finetune/engines/{package.Archives.Sha256}";

    /// <summary>Installs them unless they are installed; safe to call again after it broke off.</summary>
    /// <returns>The folder that holds each engine in a folder of its name.</returns>
    /// <exception cref="EngineInstallException">They cannot be unpacked there, or do not run there.</exception>
    /// <exception cref="ArtifactCorruptException">What arrived is not what was sent.</exception>
    public async Task<string> InstallAsync(IComputeHost host, string workFolder, EnginePackage package, CancellationToken cancellationToken)
    {
        var folder = FolderOf(workFolder, package);
        if (Encoding.UTF8.GetString(await host.ReadAsync($"{folder}/{Done}", 0, LongestMark, cancellationToken).ConfigureAwait(false)) == package.Archives.Sha256)
        {
            return folder;
        }

        LogInstalling(folder);
        var packed = folder + "/packed";
        await host.PlaceAsync(store, package.Archives, packed, cancellationToken).ConfigureAwait(false);
        foreach (var engine in EngineSource.Engines)
        {
            await UnpackAsync(host, folder, engine, cancellationToken).ConfigureAwait(false);
            await ProveAsync(host, folder, engine, cancellationToken).ConfigureAwait(false);
        }

        await host.DeleteAsync(packed, cancellationToken).ConfigureAwait(false);
        using var mark = new MemoryStream(Encoding.UTF8.GetBytes(package.Archives.Sha256));
        await host.UploadAsync(mark, $"{folder}/{Done}", cancellationToken).ConfigureAwait(false);
        return folder;
    }

    private static async Task UnpackAsync(IComputeHost host, string folder, Engine engine, CancellationToken cancellationToken)
    {
        var unpack = new HostCommand
        {
            FileName = "sh",
            Arguments = ["-c", UnpackScript, "unpack", folder, EngineArchive.FileName(engine), EngineArchive.SumsOf(engine)],
            TimeLimit = UnpackLimit,
        };
        var result = await host.RunAsync(unpack, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            var log = LogTail.Of(result.StandardError, LogLines);
            throw new EngineInstallException($"{EngineArchive.FileName(engine)} could not be unpacked in {folder} (exit code {result.ExitCode}): {LogTail.LastLine(log)}", log);
        }
    }

    private async Task ProveAsync(IComputeHost host, string folder, Engine engine, CancellationToken cancellationToken)
    {
        var command = engines.Locate(engine, folder) with { Arguments = [ProofOf(engine)], TimeLimit = ProofLimit };
        var result = await host.RunAsync(command, cancellationToken).ConfigureAwait(false);
        EngineSilentException.ThrowIfSilent(result, $"{command.FileName} {ProofOf(engine)}");
        if (result.ExitCode != 0)
        {
            var log = LogTail.Of(result.StandardOutput + result.StandardError, LogLines);
            throw new EngineInstallException($"'{command.FileName} {ProofOf(engine)}' ended with exit code {result.ExitCode}: {LogTail.LastLine(log)}", log);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Installing our engines on the host in {Folder}")]
    private partial void LogInstalling(string folder);
}
