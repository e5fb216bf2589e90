using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>Finds what the host has of a large file: all of it, or blocks that an upload left that broke off.</summary>
internal sealed class BlockLook(RemoteCalls calls)
{
    // "yes" (what another upload of the same left beside it is of no use), or a line with the digest of each block of what is there under the temporary name, up to its end.
    private const string Script = HostDigest.Choose + """
        target=$1 partial=$2 bytes=$3 digest=$4 megabytes=$5
        [ ! -d "$target" ] || { echo "$target is a folder" >&2; exit 73; }
        size() { stat -L -c %s -- "$1" 2>/dev/null || wc -c <"$1"; }
        if [ -f "$target" ] && [ "$(size "$target")" -eq "$bytes" ]; then
          case $($sum <"$target") in "$digest"*) rm -f -- "$partial"; echo yes; exit ;; esac
        fi
        [ -f "$partial" ] || exit 0
        there=$(size "$partial") at=0
        if [ "$there" -gt "$bytes" ]; then dd if=/dev/null of="$partial" bs=1 seek="$bytes" count=0 2>/dev/null || exit; fi
        while [ $((at * 1048576)) -lt "$there" ] && [ $((at * 1048576)) -lt "$bytes" ]; do
          dd if="$partial" bs=1048576 skip="$at" count="$megabytes" 2>/dev/null | $sum | cut -c 1-64
          at=$((at + megabytes))
        done
        """;

    /// <returns>The blocks that the host lacks; null if it has the whole file in its place.</returns>
    public async Task<IReadOnlyList<int>?> MissingAsync(HostUpload file, CancellationToken cancellationToken)
    {
        var script = new RemoteScript(
            Script,
            file.Path,
            UploadPaths.Partial(file),
            file.Bytes.ToString(CultureInfo.InvariantCulture),
            file.Sha256,
            (BlockChannel.BlockBytes >> 20).ToString(CultureInfo.InvariantCulture));
        var result = await calls.RunAsync(script, $"hashing {file.Path}", calls.Options.HashTimeout, cancellationToken).ConfigureAwait(false);
        var said = Encoding.ASCII.GetString(result.Output);
        return result.ExitCode switch
        {
            0 when said.Trim() == "yes" => null,
            0 => await DifferingAsync(file, [.. HostDigest.In(said)], cancellationToken).ConfigureAwait(false),
            RemoteResult.NoSuchProgram => throw HostDigest.Missing(calls.Pool.Endpoint),
            _ => throw new IOException($"{calls.Pool.Endpoint} could not store {file.Path} (exit code {result.ExitCode}): {UploadText.Brief(result.Error)}"),
        };
    }

    private static async Task<IReadOnlyList<int>> DifferingAsync(HostUpload file, List<string> there, CancellationToken cancellationToken)
    {
        var blocks = BlockChannel.CountOf(file);
        var differing = Enumerable.Range(0, blocks).Skip(there.Count).ToList();
        if (there.Count == 0)
        {
            return differing;
        }

        var content = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var buffer = new byte[BlockChannel.BlockBytes];
            for (var block = 0; block < Math.Min(blocks, there.Count); block++)
            {
                var bytes = buffer.AsMemory(0, BlockChannel.LengthOf(file, block));
                await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
                if (Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) != there[block])
                {
                    differing.Add(block);
                }
            }
        }

        return differing;
    }
}
