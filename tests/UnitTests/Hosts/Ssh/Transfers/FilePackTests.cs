using System.Formats.Tar;
using System.Text;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh.Transfers;
using FineTunePipeline.TestKit.Hosts;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh.Transfers;

public sealed class FilePackTests
{
    [Fact]
    public async Task A_pack_is_a_tar_archive_of_names_with_their_digests_and_files()
    {
        var deep = string.Join('/', Enumerable.Repeat("größe 模型", 20));
        HostUpload[] files = [UploadFiles.Of("/w/it's", "1"), UploadFiles.Of("/w/line\nbreak", "22"), UploadFiles.Of($"/w/{deep}", new string('x', 512)), UploadFiles.Of("/w/z", "")];
        var pack = Assert.Single(FilePack.Of(files));

        var entries = await ReadAsync(pack);

        Assert.Equal(["names", "files/it's", $"files/{deep}", "files/z", "files/line\nbreak"], entries.Select(entry => entry.Name));
        Assert.StartsWith($"all() {{\n:\nseveral './it'\\''s' './{deep}' './z'\none './line\nbreak'\n}}\ndigests='", entries[0].Text);
        Assert.EndsWith($"'{string.Join('\n', pack.Files.Select(file => file.Sha256))}'\n", entries[0].Text);
        Assert.Equal(["1", new string('x', 512), "", "22"], entries.Skip(1).Select(entry => entry.Text));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(1000)]
    public async Task Names_of_every_length_are_kept(int length)
    {
        var name = new string('n', length - "files/".Length);

        Assert.Equal("files/" + name, (await ReadAsync(FilePack.Of([UploadFiles.Of("/w/" + name, "x")]).Single()))[1].Name);
    }

    [Fact]
    public void Many_files_make_several_packs_and_none_is_too_large()
    {
        var packs = FilePack.Of(Enumerable.Range(0, 1200).Select(i => UploadFiles.Of($"/w/{i:0000}", "x"))).ToList();
        Assert.Equal([512, 512, 176], packs.Select(pack => pack.Files.Count));

        var large = FilePack.Of(Enumerable.Range(0, 5).Select(i => UploadFiles.Of($"/w/{i}", new byte[3 << 20]))).ToList();
        Assert.Equal([2, 2, 1], large.Select(pack => pack.Files.Count));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_content_of_another_length_is_refused(int bytes)
    {
        var pack = FilePack.Of([UploadFiles.Of("/w/a", "12345") with { Bytes = bytes }]).Single();

        await Assert.ThrowsAsync<IOException>(() => pack.WriteAsync(new MemoryStream(), _ => { }, default));
    }

    private static async Task<List<(string Name, string Text)>> ReadAsync(FilePack pack)
    {
        var archive = new MemoryStream();
        await pack.WriteAsync(archive, _ => { }, default);
        archive.Position = 0;
        var entries = new List<(string, string)>();
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
        {
            entries.Add((entry.Name, entry.DataStream is { } data ? await new StreamReader(data, Encoding.UTF8).ReadToEndAsync() : ""));
        }

        return entries;
    }
}
