using System.Net;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Cli.Http;

/// <summary>
/// Fetches files of a result: one that is there and right is left alone, a part goes on where it stopped, also within one run when the connection breaks,
/// and only bytes that have the digest on the disk get the file's name.
/// </summary>
internal sealed class FileDownload(GatewayClient gateway, string jobId)
{
    public async Task FetchAsync(ResultFile file, string path, CancellationToken cancellationToken)
    {
        var expected = file.Artifact.Sha256;
        if (File.Exists(path) && await FileDigest.OfAsync(path, cancellationToken) == expected)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + ".part";
        var began = File.Exists(part);
        var digest = await CompleteAsync(file, part, cancellationToken);
        if (digest != expected && began)
        {
            // What lay there was no beginning of this file.
            File.Delete(part);
            digest = await CompleteAsync(file, part, cancellationToken);
        }

        if (digest != expected)
        {
            File.Delete(part);
            throw new CliException(ExitCodes.Gateway, $"{file.Path} arrived damaged (it hashes to {digest}, not to {expected}) and was deleted; run the command again.");
        }

        File.Move(part, path, overwrite: true);
    }

    /// <returns>The digest of what is on the disk then.</returns>
    private async Task<string> CompleteAsync(ResultFile file, string part, CancellationToken cancellationToken)
    {
        await using (var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None))
        {
            var longest = target.Length;
            while (target.Length < file.Artifact.Bytes)
            {
                try
                {
                    await AppendAsync(file, target, cancellationToken);
                }
                catch (Exception exception) when (Failures.IsTheGateways(exception))
                {
                    if (target.Length > longest)
                    {
                        longest = target.Length;
                        gateway.Patience.Restore();
                    }

                    await gateway.Patience.WaitAsync(exception, cancellationToken);
                }
            }

            target.Flush(flushToDisk: true);
        }

        return await FileDigest.OfAsync(part, cancellationToken);
    }

    private async Task AppendAsync(ResultFile file, FileStream target, CancellationToken cancellationToken)
    {
        using var answer = await gateway.DownloadAsync(jobId, file, target.Length, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.PartialContent)
        {
            target.SetLength(0);
        }

        target.Seek(0, SeekOrigin.End);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await body.CopyToAsync(target, cancellationToken);
        if (target.Length < file.Artifact.Bytes)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"{file.Path} ended after {target.Length} of {file.Artifact.Bytes} bytes.");
        }
    }
}
