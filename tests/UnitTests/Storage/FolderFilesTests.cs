using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Storage;

public sealed class FolderFilesTests
{
    [Fact]
    public async Task A_subfolder_that_is_renamed_while_we_look_breaks_nothing()
    {
        using var folder = new TemporaryFolder();
        folder.Write("stays/file", "");
        folder.Write("tmp-checkpoint/file", "");
        using var stop = new CancellationTokenSource();

        // As a trainer does that finishes a checkpoint.
        var renaming = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Directory.Move(folder.At("tmp-checkpoint"), folder.At("checkpoint"));
                Directory.Move(folder.At("checkpoint"), folder.At("tmp-checkpoint"));
            }
        });
        for (var look = 0; look < 3000; look++)
        {
            Assert.Contains("stays/file", FolderFiles.Below(folder.Path));
        }

        await stop.CancelAsync();
        await renaming;
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told() =>
        Assert.Throws<DirectoryNotFoundException>(() => FolderFiles.Below(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))));
}
