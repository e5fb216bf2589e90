using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Storage;

public sealed class FolderArtifactStoreTests : ArtifactStoreCompliance
{
    /// <summary>Begins now: the disk stamps files by its own clock, and by one that is years ahead every upload would look abandoned.</summary>
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private IArtifactStore? _store;

    protected override IArtifactStore Store => _store ??= new FolderArtifactStore(Root, _time);

    private string Root => Folder.At("store");

    [Fact]
    public async Task Replaces_a_blob_that_was_cut_short()
    {
        var stored = await PutAsync("whole again");
        File.WriteAllText(BlobOf(stored.Sha256), "whole");

        await PutAsync("whole again");

        Assert.Equal("whole again", await ReadAsync(stored));
    }

    [Fact]
    public async Task Leaves_no_unfinished_file_behind()
    {
        await PutAsync("a");
        await PutAsync("a");

        Assert.Empty(Directory.EnumerateFiles(Folder.At("store", "incoming")));
    }

    [Fact]
    public async Task Sweeps_uploads_of_processes_that_are_long_gone_and_keeps_fresh_ones()
    {
        var stale = Folder.Write("store/incoming/.partial-old", "x");
        var fresh = Folder.Write("store/incoming/.partial-new", "x");
        File.SetLastWriteTimeUtc(stale, _time.GetUtcNow().UtcDateTime.AddDays(-2));
        File.SetLastWriteTimeUtc(fresh, _time.GetUtcNow().UtcDateTime.AddHours(-2));

        await PutAsync("anything");

        Assert.False(File.Exists(stale));
        Assert.True(File.Exists(fresh));
    }

    [Theory]
    [InlineData("", "FINETUNE__Storage__Folder")]
    [InlineData("relative/path", "absolute")]
    public void Says_what_to_set_when_the_folder_is_wrong(string folder, string expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:Folder", folder)]).Build();
        using var services = new ServiceCollection().AddFolderArtifactStore(configuration).BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IArtifactStore>());

        Assert.Contains(expected, exception.Message);
    }

    protected override Task DamageAsync(string sha256)
    {
        var bytes = File.ReadAllBytes(BlobOf(sha256));
        bytes[0] ^= 1;
        File.WriteAllBytes(BlobOf(sha256), bytes);
        return Task.CompletedTask;
    }

    private string BlobOf(string sha256) => Folder.At("store", "sha256", sha256[..2], sha256);
}
