using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;
using Xunit;

namespace FineTunePipeline.TestKit.Storage;

/// <summary>What every <see cref="IArtifactStore"/> must do; an adapter's tests derive from it.</summary>
public abstract class ArtifactStoreCompliance : IDisposable
{
    protected TemporaryFolder Folder { get; } = new();

    protected abstract IArtifactStore Store { get; }

    /// <summary>Changes a stored byte behind the store's back.</summary>
    protected abstract Task DamageAsync(string sha256);

    [Fact]
    public async Task Names_bytes_by_their_digest()
    {
        var stored = await PutAsync("hello");

        Assert.Equal("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", stored.Sha256);
        Assert.Equal(5, stored.Bytes);
        Assert.Equal(5, await Store.FindAsync(stored.Sha256, default));
    }

    [Fact]
    public async Task Stores_the_same_bytes_once_and_without_complaint()
    {
        var first = await PutAsync("twice");
        var second = await PutAsync("twice");

        Assert.Equal(first, second);
        Assert.Equal("twice", await ReadAsync(first));
    }

    [Fact]
    public async Task Stores_an_empty_blob()
    {
        var stored = await PutAsync("");

        Assert.Equal(0, stored.Bytes);
        Assert.Equal(0, await Store.FindAsync(stored.Sha256, default));
        await Store.DownloadAsync(stored.Sha256, Folder.At("empty"), default);
        Assert.Equal(0, new FileInfo(Folder.At("empty")).Length);
    }

    [Fact]
    public async Task Keeps_several_megabytes_to_the_byte()
    {
        var bytes = new byte[5_000_003];
        new Random(7).NextBytes(bytes);

        var stored = await Store.PutAsync(new MemoryStream(bytes), default);
        await Store.DownloadAsync(stored.Sha256, Folder.At("deep", "down", "copy"), default);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), stored.Sha256);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Folder.At("deep", "down", "copy")));
    }

    [Fact]
    public async Task Opens_a_stream_that_can_seek()
    {
        var stored = await PutAsync("0123456789");

        await using var stream = await Store.OpenAsync(stored.Sha256, default);
        stream.Position = 7;
        using var reader = new StreamReader(stream);

        Assert.Equal("789", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Knows_nothing_of_a_blob_that_was_never_stored()
    {
        var unknown = new string('a', 64);

        Assert.Null(await Store.FindAsync(unknown, default));
        await Assert.ThrowsAsync<ArtifactMissingException>(() => Store.OpenAsync(unknown, default));
        await Assert.ThrowsAsync<ArtifactMissingException>(() => Store.DownloadAsync(unknown, Folder.At("nothing"), default));
        Assert.False(File.Exists(Folder.At("nothing")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824")]
    public async Task Refuses_a_name_that_is_no_digest(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.FindAsync(name, default));

    [Fact]
    public async Task Refuses_to_hand_out_damaged_bytes()
    {
        var stored = await PutAsync("precious");
        await DamageAsync(stored.Sha256);

        await Assert.ThrowsAsync<ArtifactCorruptException>(() => Store.DownloadAsync(stored.Sha256, Folder.At("copy"), default));
        Assert.False(File.Exists(Folder.At("copy")));
    }

    [Fact]
    public async Task Shows_nothing_of_an_upload_that_broke_off()
    {
        await Assert.ThrowsAsync<IOException>(() => Store.PutAsync(new BrokenStream("half a file"), default));

        Assert.Null(await Store.FindAsync(DigestOf("half a file"), default));
    }

    [Fact]
    public async Task Replaces_a_file_by_a_download_in_one_step()
    {
        var stored = await PutAsync("new");
        await File.WriteAllTextAsync(Folder.At("file"), "old and longer");

        await Store.DownloadAsync(stored.Sha256, Folder.At("file"), default);

        Assert.Equal("new", await File.ReadAllTextAsync(Folder.At("file")));
    }

    [Fact]
    public async Task Forgets_a_deleted_blob_and_accepts_a_second_delete()
    {
        var stored = await PutAsync("short-lived");

        await Store.DeleteAsync(stored.Sha256, default);
        await Store.DeleteAsync(stored.Sha256, default);

        Assert.Null(await Store.FindAsync(stored.Sha256, default));
    }

    [Fact]
    public async Task Takes_the_same_blob_from_many_writers_at_once()
    {
        var text = new string('x', 300_000);

        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => PutAsync(text))));

        Assert.Single(stored.Distinct());
        Assert.Equal(text, await ReadAsync(stored[0]));
    }

    [Fact]
    public async Task Says_in_a_sentence_that_it_works_and_leaves_nothing_behind_by_asking()
    {
        var before = Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories);

        Assert.EndsWith(".", await Store.ProbeAsync(default), StringComparison.Ordinal);

        Assert.Equal(before, Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories));
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected Task<ArtifactReference> PutAsync(string text) => Store.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), default);

    protected async Task<string> ReadAsync(ArtifactReference reference)
    {
        await using var stream = await Store.OpenAsync(reference.Sha256, default);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    protected static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Gives some bytes, then breaks like a lost connection.</summary>
    private sealed class BrokenStream(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Read(buffer.Span);
            return read > 0 ? ValueTask.FromResult(read) : throw new IOException("The connection is gone.");
        }
    }
}
