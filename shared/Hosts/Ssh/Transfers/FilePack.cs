using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>
/// Small files that go to the host in one stream: a tar archive of <c>names</c>, lines of a shell that hash all of them and hold the digests that should come
/// out, in the same order, and of the files below <c>files/</c>.
/// </summary>
internal sealed class FilePack
{
    /// <summary>Large enough that starting programs on the host costs little, small enough that several packs fill a line.</summary>
    private const long MostBytes = 8 << 20;

    private const int MostFiles = 512;
    private const int FilesPerProgram = 512;
    private const int CopyBytes = 64 * 1024;

    private readonly string _names;

    private FilePack(IReadOnlyList<HostUpload> files)
    {
        Folder = UploadPaths.CommonFolder(files);

        // Names that would spoil a line of the hashing program are hashed one by one, after all others.
        var plain = files.ToLookup(file => HostDigest.IsPlain(file.Path));
        Files = [.. plain[true], .. plain[false]];
        _names = "all() {\n:\n"
            + string.Concat(plain[true].Chunk(FilesPerProgram).Select(part => $"several {string.Join(' ', part.Select(Quoted))}\n"))
            + string.Concat(plain[false].Select(file => $"one {Quoted(file)}\n"))
            + $"}}\ndigests='{string.Join('\n', Files.Select(file => file.Sha256))}'\n";
    }

    /// <summary>The folder that holds them all, without a slash at its end.</summary>
    public string Folder { get; }

    /// <summary>In the order in which the host hashes them.</summary>
    public IReadOnlyList<HostUpload> Files { get; }

    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Divides files, sorted by path, among packs.</summary>
    public static IEnumerable<FilePack> Of(IEnumerable<HostUpload> files)
    {
        var next = new List<HostUpload>();
        var bytes = 0L;
        foreach (var file in files)
        {
            if (next.Count > 0 && (next.Count == MostFiles || bytes + file.Bytes > MostBytes))
            {
                yield return new FilePack(next);
                (next, bytes) = ([], 0);
            }

            next.Add(file);
            bytes += file.Bytes;
        }

        if (next.Count > 0)
        {
            yield return new FilePack(next);
        }
    }

    /// <param name="sent">Told the bytes of each file.</param>
    /// <exception cref="IOException">A content has another length than was announced.</exception>
    public async Task WriteAsync(Stream target, Action<long> sent, CancellationToken cancellationToken)
    {
        await AddAsync(target, "names", _names, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[CopyBytes];
        foreach (var file in Files)
        {
            await target.WriteAsync(TarFormat.Header("files/" + Relative(file), file.Bytes), cancellationToken).ConfigureAwait(false);
            var content = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                // Known beforehand: a read that only finds the end would cost as much as that of a small file.
                if (content.Length != file.Bytes)
                {
                    throw new IOException($"The content for {file.Path} has {content.Length} bytes, and {file.Bytes} were announced.");
                }

                for (var left = file.Bytes; left > 0;)
                {
                    var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        throw new IOException($"The content for {file.Path} ended before its {file.Bytes} bytes.");
                    }

                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    left -= read;
                }
            }

            await target.WriteAsync(TarFormat.End[..TarFormat.Padding(file.Bytes)], cancellationToken).ConfigureAwait(false);
            sent(file.Bytes);
        }

        await target.WriteAsync(TarFormat.End, cancellationToken).ConfigureAwait(false);
        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task AddAsync(Stream target, string name, string text, CancellationToken cancellationToken)
    {
        var content = Encoding.UTF8.GetBytes(text);
        await target.WriteAsync(TarFormat.Header(name, content.Length), cancellationToken).ConfigureAwait(false);
        await target.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        await target.WriteAsync(TarFormat.End[..TarFormat.Padding(content.Length)], cancellationToken).ConfigureAwait(false);
    }

    private string Relative(HostUpload file) => file.Path[(Folder.Length + 1)..];

    /// <summary>For a shell that stands in the folder of the files; no program takes it for an option.</summary>
    private string Quoted(HostUpload file) => ShellQuote.Quote("./" + Relative(file));
}
