using FineTunePipeline.Hosts.Transfers;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Local;

/// <summary>Brings files to this computer, one after another.</summary>
internal static class LocalUpload
{
    /// <exception cref="ArtifactCorruptException">The content is not what its digest says; the old file stays.</exception>
    public static async Task RunAsync(IReadOnlyList<HostUpload> files, IProgress<TransferProgress>? progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var meter = new TransferMeter(files.Sum(file => file.Bytes), progress, time);
        foreach (var file in files)
        {
            if (!await IsThereAsync(file, cancellationToken).ConfigureAwait(false))
            {
                await DurableFile.WriteAsync(file.Path, (target, token) => CopyAsync(file, target, token), cancellationToken).ConfigureAwait(false);
                meter.Sent(file.Bytes);
            }

            meter.Done(file.Bytes);
        }

        meter.End();
    }

    private static async Task<bool> IsThereAsync(HostUpload file, CancellationToken cancellationToken) =>
        new FileInfo(file.Path) is { Exists: true } present && present.Length == file.Bytes
        && await Digests.Sha256OfFileAsync(file.Path, cancellationToken).ConfigureAwait(false) == file.Sha256;

    private static async Task CopyAsync(HostUpload file, Stream target, CancellationToken cancellationToken)
    {
        var content = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var (sha256, _) = await Digests.CopyAsync(content, target, cancellationToken).ConfigureAwait(false);
            if (sha256 != file.Sha256)
            {
                throw new ArtifactCorruptException(file.Sha256, sha256);
            }
        }
    }
}
