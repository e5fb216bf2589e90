using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Storage;

public sealed class ManifestsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;

    public ManifestsTests() => _store = new FolderArtifactStore(_folder.At("store"), TimeProvider.System);

    [Fact]
    public async Task Brings_a_folder_back_as_it_was()
    {
        _folder.Write("model/config.json", "{}");
        _folder.Write("model/.hidden", "seen");
        _folder.Write("model/sub/weights", "1234");

        var reference = await _store.PutFolderAsync(_folder.At("model"), "model", default);
        var manifest = await _store.MaterializeAsync(reference, _folder.At("copy"), default);

        Assert.Equal([".hidden", "config.json", "sub/weights"], manifest.Files.Select(file => file.Path));
        Assert.Equal(10, manifest.TotalBytes);
        Assert.Equal("1234", File.ReadAllText(_folder.At("copy", "sub", "weights")));
    }

    [Fact]
    public async Task Gives_equal_folders_one_digest()
    {
        _folder.Write("a/x", "1");
        _folder.Write("a/y", "2");
        _folder.Write("b/y", "2");
        _folder.Write("b/x", "1");

        Assert.Equal(await _store.PutFolderAsync(_folder.At("a"), "dataset", default), await _store.PutFolderAsync(_folder.At("b"), "dataset", default));
    }

    [Fact]
    public async Task Leaves_right_files_alone_and_mends_wrong_ones()
    {
        _folder.Write("model/right", "right");
        _folder.Write("model/wrong", "wrong");
        var reference = await _store.PutFolderAsync(_folder.At("model"), "model", default);
        await _store.MaterializeAsync(reference, _folder.At("copy"), default);
        var untouched = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.WriteAllText(_folder.At("copy", "wrong"), "wRONG");
        File.SetLastWriteTimeUtc(_folder.At("copy", "right"), untouched);

        await _store.MaterializeAsync(reference, _folder.At("copy"), default);

        Assert.Equal(untouched, File.GetLastWriteTimeUtc(_folder.At("copy", "right")));
        Assert.Equal("wrong", File.ReadAllText(_folder.At("copy", "wrong")));
    }

    [Fact]
    public async Task Reads_every_blob_back_when_it_verifies()
    {
        _folder.Write("model/a", "aaaa");
        var reference = await _store.PutFolderAsync(_folder.At("model"), "model", default);
        var manifest = await _store.VerifyAsync(reference, default);
        var digest = manifest.Files[0].Sha256;
        File.WriteAllText(_folder.At("store", "sha256", digest[..2], digest), "aaab");

        await Assert.ThrowsAsync<ArtifactCorruptException>(() => _store.VerifyAsync(reference, default));
        await _store.DeleteAsync(digest, default);
        await Assert.ThrowsAsync<ArtifactMissingException>(() => _store.VerifyAsync(reference, default));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("a/../../evil")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData("C:evil")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task Refuses_a_path_that_could_leave_its_folder(string path)
    {
        var content = await _store.PutAsync(new MemoryStream([1]), default);
        var manifest = new Manifest { Kind = "model", Files = [new ManifestFile(path, 1, content.Sha256)] };

        await Assert.ThrowsAsync<ManifestInvalidException>(() => _store.PutManifestAsync(manifest, default));

        // Also when somebody else wrote the manifest into the store.
        var stored = await _store.PutJsonAsync(manifest, default);
        await Assert.ThrowsAsync<ManifestInvalidException>(() => _store.MaterializeAsync(stored, _folder.At("copy"), default));
        Assert.False(File.Exists(_folder.At("evil")));
    }

    [Fact]
    public async Task Refuses_a_file_named_twice_and_a_file_inside_a_file()
    {
        var content = await _store.PutAsync(new MemoryStream([1]), default);
        ManifestFile File(string path) => new(path, 1, content.Sha256);

        var twice = new Manifest { Kind = "model", Files = [File("a"), File("a")] };
        var inside = new Manifest { Kind = "model", Files = [File("a"), File("a/b")] };

        Assert.Contains("twice", (await Assert.ThrowsAsync<ManifestInvalidException>(() => _store.PutManifestAsync(twice, default))).Message);
        Assert.Contains("folder", (await Assert.ThrowsAsync<ManifestInvalidException>(() => _store.PutManifestAsync(inside, default))).Message);
    }

    [Fact]
    public async Task Does_not_write_through_a_link_that_lies_in_the_way()
    {
        _folder.Write("model/sub/file", "x");
        var reference = await _store.PutFolderAsync(_folder.At("model"), "model", default);
        Directory.CreateDirectory(_folder.At("copy"));
        Directory.CreateDirectory(_folder.At("elsewhere"));
        Directory.CreateSymbolicLink(_folder.At("copy", "sub"), _folder.At("elsewhere"));

        await Assert.ThrowsAsync<ManifestInvalidException>(() => _store.MaterializeAsync(reference, _folder.At("copy"), default));

        Assert.Empty(Directory.EnumerateFiles(_folder.At("elsewhere")));
    }

    [Fact]
    public async Task Says_that_a_blob_is_no_manifest()
    {
        var garbage = await _store.PutAsync(new MemoryStream("not json"u8.ToArray()), default);

        var exception = await Assert.ThrowsAsync<ManifestInvalidException>(() => _store.LoadManifestAsync(garbage, default));

        Assert.Contains(garbage.Sha256, exception.Message);
    }

    [Fact]
    public async Task Follows_links_to_files_as_model_caches_have_them_but_not_to_folders()
    {
        _folder.Write("blobs/1234", "weights");
        Directory.CreateDirectory(_folder.At("model"));
        File.CreateSymbolicLink(_folder.At("model", "model.safetensors"), _folder.At("blobs", "1234"));
        Directory.CreateSymbolicLink(_folder.At("model", "loop"), _folder.At("model"));

        var manifest = await _store.LoadManifestAsync(await _store.PutFolderAsync(_folder.At("model"), "model", default), default);

        Assert.Equal(["model.safetensors"], manifest.Files.Select(file => file.Path));
        Assert.Equal(7, manifest.Files[0].Bytes);
    }

    public void Dispose() => _folder.Dispose();
}
