using System.Globalization;
using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Ssh.Files;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>Copies one stream to one file of the host over one channel: temporary name, flushed, renamed.</summary>
internal sealed class FileUpload(RemoteCalls calls)
{
    private const int ChunkBytes = 1 << 20;
    private const string AnyMode = "022";
    private const string OwnerOnly = "077";
    private const string Unknown = "unknown";

    /// <summary>
    /// A connection that breaks looks to the host like the end of the file. So nothing is renamed before its length is known to be right: a short file's
    /// length is told beforehand (<c>$3</c>), a long one's is asked for and renamed in a second call.
    /// </summary>
    private const string WriteScript = """
        fail() { code=$?; rm -f -- "$partial"; exit "$code"; }
        partial=$1 target=$2 bytes=$3
        [ ! -d "$target" ] || { echo "it is a folder" >&2; exit 73; }
        make_folder "${target%/*}/" || exit
        umask "$4"
        if [ "$bytes" = 0 ]; then : >"$partial" || fail; else cat >"$partial" || fail; fi
        sync "$partial" 2>/dev/null || sync || fail
        there=$(stat -c %s -- "$partial" 2>/dev/null || wc -c <"$partial") || fail
        if [ "$bytes" = unknown ]; then echo "$((there))"; exit; fi
        [ "$((there))" = "$bytes" ] || { echo "$((there)) of $bytes bytes arrived" >&2; rm -f -- "$partial"; exit 74; }
        mv -f -- "$partial" "$target" || fail
        sync "${target%/*}/" 2>/dev/null || :
        """;

    private const string RenameScript = """mv -f -- "$1" "$2" && { sync "${2%/*}/" 2>/dev/null || :; }""";

    /// <param name="isPrivate">Readable by its owner alone.</param>
    /// <exception cref="IOException">The host could not store it: full or read-only disk, no permission.</exception>
    /// <exception cref="HostUnreachableException">No contact, or nothing moved for <see cref="SshOptions.CallTimeout"/>.</exception>
    public async Task UploadAsync(Stream content, string path, bool isPrivate, CancellationToken cancellationToken)
    {
        var partial = $"{HostPath.Folder(HostPath.Absolute(path))}{DurableFile.TemporaryPrefix}{Guid.NewGuid():N}";
        var chunk = new byte[ChunkBytes];
        var first = await content.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var isShort = first < chunk.Length;
        var script = calls.Making(
            WriteScript, partial, path, isShort ? first.ToString(CultureInfo.InvariantCulture) : Unknown, isPrivate ? OwnerOnly : AnyMode);
        try
        {
            var (sent, there) = await WriteAsync(script, content, chunk, first, path, cancellationToken).ConfigureAwait(false);
            if (!isShort)
            {
                if (sent != there)
                {
                    throw new IOException($"{calls.Pool.Endpoint} stored {there} of the {sent} bytes of {path}.");
                }

                var rename = new RemoteScript(RenameScript, partial, path);
                var result = await calls.RunAsync(rename, $"renaming {partial}", calls.Options.CallTimeout, cancellationToken).ConfigureAwait(false);
                ThrowIfFailed(result, path);
            }
        }
        catch (Exception exception) when (exception is not HostUnreachableException)
        {
            // In the background; where it fails, a file that no listing shows stays behind.
            _ = calls.RunAsync(new RemoteScript("rm -f -- \"$1\"", partial), $"deleting {partial}", calls.Options.CallTimeout, CancellationToken.None);
            throw;
        }
    }

    private async Task<(long Sent, long There)> WriteAsync(
        RemoteScript script, Stream content, byte[] chunk, int first, string path, CancellationToken cancellationToken)
    {
        using var limit = new StallLimit(calls, cancellationToken);
        try
        {
            var process = await RemoteProcess.StartAsync(calls.Pool, script, limit.Token).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                var sent = 0L;
                for (var length = first; length > 0; length = await content.ReadAsync(chunk, cancellationToken).ConfigureAwait(false))
                {
                    limit.Moved();
                    if (!await process.WriteAsync(chunk.AsMemory(0, length), limit.Token).ConfigureAwait(false))
                    {
                        break;
                    }

                    sent += length;
                }

                // The host flushes what it was sent: that may take its time on a slow disk.
                limit.Moved();
                await process.CloseInputAsync(limit.Token).ConfigureAwait(false);
                var result = await RemoteCalls.ToEndAsync(process, limit.Token).ConfigureAwait(false);
                ThrowIfFailed(result, path);
                return (sent, long.TryParse(Encoding.ASCII.GetString(result.Output).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var there) ? there : sent);
            }
        }
        catch (Exception exception) when (limit.Explains(exception))
        {
            throw calls.Late($"storing {path} (nothing moved)", calls.Options.CallTimeout, exception);
        }
    }

    private void ThrowIfFailed(RemoteResult result, string path)
    {
        if (result.ExitCode != 0)
        {
            throw new IOException($"{calls.Pool.Endpoint} could not store {path} (exit code {result.ExitCode}): {result.Error}");
        }
    }
}
