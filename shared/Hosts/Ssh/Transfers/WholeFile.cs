using System.Globalization;
using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>
/// Has the host hash a large file while its blocks arrive, from the beginning as far as it is whole, and rename it when the digest of all of it is right. So
/// each byte is hashed once, while it is still in the host's memory, and the end comes soon after the last block.
/// </summary>
internal sealed class WholeFile(RemoteCalls calls, HostUpload file, BlockBoard board)
{
    private const int WrongDigest = 75;
    private const int AnotherWasFaster = 77;
    private const int MegabytesPerBlock = BlockChannel.BlockBytes >> 20;

    // Only a line that says so is the end of the file: a connection that breaks is none.
    private const string Script = HostDigest.Choose + """
        partial=$1 target=$2 bytes=$3 digest=$4
        make_folder "${target%/*}/" && umask 022 || exit
        [ ! -d "$target" ] || { echo "$target is a folder" >&2; exit 73; }
        there=$(
          while read -r at count; do
            if [ "$count" = end ]; then
              dd if=/dev/null of="$partial" bs=1 seek="$bytes" count=0 2>/dev/null
              dd if="$partial" bs=1048576 skip="$at" 2>/dev/null
              break
            fi
            dd if="$partial" bs=1048576 skip="$at" count="$count" 2>/dev/null
          done | $sum | cut -c 1-64
        )
        echo "$there"
        [ "$there" = "$digest" ] || exit 75
        [ -f "$partial" ] || exit 77
        sync "$partial" 2>/dev/null || sync || exit
        mv -f -- "$partial" "$target" || { code=$?; [ -f "$partial" ] || exit 77; exit "$code"; }
        sync "${target%/*}/" 2>/dev/null || :
        """;

    /// <returns>
    /// The digest that the host computed; null if the board was closed before all blocks were there; empty if another upload of the same file renamed it
    /// meanwhile: it must be looked at again.
    /// </returns>
    /// <exception cref="IOException">The host could not rename it.</exception>
    public async Task<string?> FinishAsync(CancellationToken cancellationToken)
    {
        using var limit = new StallLimit(calls, cancellationToken);
        limit.Allow(Timeout.InfiniteTimeSpan);
        try
        {
            // Nothing is asked of the host before there is something to hash: this waits without a place on a connection.
            if (!await board.Whole.WaitToReadAsync(limit.Token).ConfigureAwait(false) && !board.IsComplete)
            {
                return null;
            }

            var script = calls.Making(
                Script, UploadPaths.Partial(file), file.Path, file.Bytes.ToString(CultureInfo.InvariantCulture), file.Sha256);
            var process = await RemoteProcess.StartAsync(calls.Pool, script, limit.Token).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                return await FinishAsync(process, limit).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (limit.Explains(exception))
        {
            throw calls.Late($"hashing {file.Path}", calls.Options.HashTimeout, exception);
        }
    }

    private async Task<string?> FinishAsync(RemoteProcess process, StallLimit limit)
    {
        var hashed = 0;
        while (await board.Whole.WaitToReadAsync(limit.Token).ConfigureAwait(false))
        {
            var whole = hashed;
            while (board.Whole.TryRead(out var more))
            {
                whole = more;
            }

            // The last block is read after its filling was cut off.
            whole = Math.Min(whole, BlockChannel.CountOf(file) - 1);
            if (whole > hashed)
            {
                await SayAsync(process, $"{hashed * MegabytesPerBlock} {(whole - hashed) * MegabytesPerBlock}\n", limit).ConfigureAwait(false);
                hashed = whole;
            }
        }

        if (!board.IsComplete)
        {
            return null;
        }

        limit.Allow(calls.Options.HashTimeout);
        await SayAsync(process, $"{hashed * MegabytesPerBlock} end\n", limit).ConfigureAwait(false);
        var result = await RemoteCalls.ToEndAsync(process, limit.Token).ConfigureAwait(false);
        return result.ExitCode == AnotherWasFaster ? "" : result.ExitCode is 0 or WrongDigest && HostDigest.In(Encoding.ASCII.GetString(result.Output)).LastOrDefault() is { } digest
            ? digest
            : throw (result.ExitCode == RemoteResult.NoSuchProgram
                ? HostDigest.Missing(calls.Pool.Endpoint)
                : new IOException($"{calls.Pool.Endpoint} could not store {file.Path} (exit code {result.ExitCode}): {UploadText.Brief(result.Error)}"));
    }

    private static async Task SayAsync(RemoteProcess process, FormattableString line, StallLimit limit) =>
        await process.WriteAsync(Encoding.ASCII.GetBytes(line.ToString(CultureInfo.InvariantCulture)), limit.Token).ConfigureAwait(false);
}
