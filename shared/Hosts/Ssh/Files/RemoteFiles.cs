using System.Globalization;
using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Ssh.Files;

/// <summary>Looks into files of the host and deletes them; with sh, find, dd, stat and sha256sum as GNU and busybox have them.</summary>
internal sealed class RemoteFiles(RemoteCalls calls)
{
    private const int BlockBytes = 4096;

    // dd seeks to whole blocks on every system; tail of busybox reads a file from its beginning.
    private const string ReadScript = """
        [ -e "$1" ] || exit 66
        dd if="$1" bs=4096 skip="$2" count="$3" 2>/dev/null && exit
        [ -e "$1" ] || exit 66
        dd if="$1" bs=4096 skip="$2" count="$3" >/dev/null
        """;

    // Links to files are followed, links to folders are not. What goes away meanwhile is left out, and so is all that is unfinished.
    private const string ListScript = """
        [ -d "$1" ] || exit 0
        cd "$1" || exit 1
        LC_ALL=C; export LC_ALL
        each='for f do [ -f "$f" ] || continue; s=$(stat -L -c %s "$f" 2>/dev/null || wc -c <"$f") && printf "%s %s\000" "$((s))" "${f#./}"; done; :'
        if find . -prune -printf '' 2>/dev/null; then find . -name "$2*" -prune -o -type f -printf '%s %P\0'; else find . -name "$2*" -prune -o -type f -exec sh -c "$each" sh {} +; fi
        find . -name "$2*" -prune -o -type l -exec sh -c "$each" sh {} +
        """;

    private const string HashScript = HostDigest.Choose + """
        [ -f "$1" ] || exit 66
        $sum <"$1"
        """;

    public async Task<byte[]> ReadAsync(string path, long offset, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var (first, before) = (offset / BlockBytes, (int)(offset % BlockBytes));
        var script = new RemoteScript(ReadScript, HostPath.Absolute(path), Text(first), Text((before + (long)maxBytes + BlockBytes - 1) / BlockBytes));
        var result = await calls.RunAsync(script, $"reading {path}", calls.Options.CallTimeout, cancellationToken).ConfigureAwait(false);
        return result.ExitCode switch
        {
            0 => result.Output.AsSpan(Math.Min(before, result.Output.Length)) is var rest && rest.Length > maxBytes ? rest[..maxBytes].ToArray() : rest.ToArray(),
            RemoteResult.NoSuchFile => [],
            _ => throw Failed("read", path, result),
        };
    }

    public async Task<IReadOnlyList<HostFile>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var script = new RemoteScript(ListScript, HostPath.Absolute(folder), DurableFile.TemporaryPrefix);
        var result = await calls.RunAsync(script, $"listing {folder}", calls.Options.CallTimeout, cancellationToken).ConfigureAwait(false);
        if (result.Error.Split('\n').Any(line => line.Length > 0 && !line.EndsWith("No such file or directory", StringComparison.Ordinal)))
        {
            throw Failed("list", folder, result);
        }

        return
        [
            .. Encoding.UTF8.GetString(result.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(entry => entry.Split(' ', 2))
                .Select(parts => new HostFile(parts[1], long.Parse(parts[0], CultureInfo.InvariantCulture)))
                .OrderBy(file => file.Path, StringComparer.Ordinal),
        ];
    }

    public async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        var script = new RemoteScript(HashScript, HostPath.Absolute(path));
        var result = await calls.RunAsync(script, $"hashing {path}", calls.Options.HashTimeout, cancellationToken).ConfigureAwait(false);
        var text = Encoding.ASCII.GetString(result.Output);
        return result.ExitCode switch
        {
            0 when text.Length >= HostDigest.Length && Digests.IsSha256(text[..HostDigest.Length]) => text[..HostDigest.Length],
            RemoteResult.NoSuchFile => throw Missing(path),
            RemoteResult.NoSuchProgram => throw HostDigest.Missing(calls.Pool.Endpoint),
            _ => throw Failed("hash", path, result),
        };
    }

    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        var script = new RemoteScript("rm -rf -- \"$1\"", HostPath.Deletable(path));
        var result = await calls.RunAsync(script, $"deleting {path}", calls.Options.CallTimeout, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw Failed("delete", path, result);
        }
    }

    public static FileNotFoundException Missing(string path) => new($"The host has no file {path}.", path);

    private IOException Failed(string verb, string path, RemoteResult result) =>
        new($"{calls.Pool.Endpoint} could not {verb} {path} (exit code {result.ExitCode}): {result.Error}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
