using System.Formats.Tar;
using System.IO.Compression;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Engines;

public sealed class EngineArchiveTests : IDisposable
{
    private const string Sums =
        """
        1310ca2c8932dbd118668bd97442558a3e1f546b5e15c69699dfbd6024f548d8  finetune-model/finetune-model
        b718f1354f7247312eca086d9a024afe5fa717ddea5adeddd6f12bcf945b2e8c  finetune-model/runtimes/linux-x64/native/avx2/libllama.so

        """;

    private readonly TemporaryFolder _folder = new();

    public EngineArchiveTests()
    {
        _folder.Write("published/finetune-model", "program");
        _folder.Write("published/runtimes/linux-x64/native/avx2/libllama.so", "library");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Holds_every_file_with_its_digest_and_marks_the_program_alone_as_one()
    {
        Assert.Equal("programlibrary".Length, await PackAsync("a.tar.gz"));

        Assert.Equal(
            [
                ("finetune-model/finetune-model", true, "program"),
                ("finetune-model/runtimes/linux-x64/native/avx2/libllama.so", false, "library"),
                ("finetune-model.sha256", false, Sums),
            ],
            Read("a.tar.gz"));
    }

    [Fact]
    public async Task Gives_the_same_bytes_for_the_same_files()
    {
        await PackAsync("a.tar.gz");
        File.SetLastWriteTimeUtc(_folder.At("published", "finetune-model"), new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        await PackAsync("b.tar.gz");

        Assert.Equal(await File.ReadAllBytesAsync(_folder.At("a.tar.gz")), await File.ReadAllBytesAsync(_folder.At("b.tar.gz")));
    }

    private List<(string Name, bool IsProgram, string Text)> Read(string archive)
    {
        using var file = File.OpenRead(_folder.At(archive));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var entries = new List<(string, bool, string)>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream!);
            entries.Add((entry.Name, entry.Mode.HasFlag(UnixFileMode.UserExecute), reader.ReadToEnd()));
        }

        return entries;
    }

    private Task<long> PackAsync(string archive) => EngineArchive.WriteAsync(Engine.Model, _folder.At("published"), _folder.At(archive), default);
}
