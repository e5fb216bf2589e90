using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Engines.Packages;

/// <summary>
/// Packs a published engine for a host: one compressed file instead of hundreds, with the digest of each file in it, so that the host verifies what it
/// unpacked. The same files give the same bytes.
/// </summary>
internal static class EngineArchive
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Of every packed file; long ago, because a host whose clock is behind would warn about files from the future.</summary>
    private static readonly DateTimeOffset Written = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What an archive is called.</summary>
    public static string FileName(Engine engine) => EngineNames.Program(engine) + ".tar.gz";

    /// <summary>The last file of an archive: what <c>sha256sum -c</c> reads, with paths from the folder in which it is unpacked.</summary>
    public static string SumsOf(Engine engine) => EngineNames.Program(engine) + ".sha256";

    /// <summary>Writes the archive of a folder that holds one engine.</summary>
    /// <returns>Bytes of all files in it, unpacked.</returns>
    public static async Task<long> WriteAsync(Engine engine, string folder, string archive, CancellationToken cancellationToken)
    {
        var name = EngineNames.Program(engine);
        var sums = new StringBuilder();
        var bytes = 0L;
        var file = new FileStream(archive, FileMode.Create, FileAccess.Write);
        await using (file.ConfigureAwait(false))
        {
            var gzip = new GZipStream(file, CompressionLevel.Optimal);
            await using (gzip.ConfigureAwait(false))
            {
                var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
                await using (tar.ConfigureAwait(false))
                {
                    foreach (var path in FolderFiles.Below(folder))
                    {
                        var content = Open(Path.Combine(folder, path));
                        await using (content.ConfigureAwait(false))
                        {
                            var digest = await Digests.Sha256Async(content, cancellationToken).ConfigureAwait(false);
                            content.Position = 0;
                            bytes += content.Length;
                            sums.Append(digest).Append("  ").Append(name).Append('/').Append(path).Append('\n');
                            await AddAsync(tar, $"{name}/{path}", content, path == name ? Program : Plain, cancellationToken).ConfigureAwait(false);
                        }
                    }

                    using var list = new MemoryStream(Encoding.UTF8.GetBytes(sums.ToString()));
                    await AddAsync(tar, SumsOf(engine), list, Plain, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return bytes;
    }

    /// <summary>To be read from one end to the other.</summary>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);

    private static Task AddAsync(TarWriter tar, string path, Stream content, UnixFileMode mode, CancellationToken cancellationToken) => tar.WriteEntryAsync(
        new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = content, Mode = mode, ModificationTime = Written }, cancellationToken);
}
