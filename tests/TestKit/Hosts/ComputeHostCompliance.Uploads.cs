using FineTunePipeline.Hosts;
using FineTunePipeline.Storage;
using Xunit;

namespace FineTunePipeline.TestKit.Hosts;

public abstract partial class ComputeHostCompliance
{
    [Fact]
    public async Task Brings_many_files_in_one_call()
    {
        string[] names = ["a", "b/empty", "b/two words", "-n", "b/-rf", ".hidden", "b/..dots", "c d/line\nbreak", "c d/it's \"so\"", "*", "b/back\\slash", "größe/模型"];
        var files = names.Select((name, i) => UploadFiles.Of($"{Work}/many/{name}", name == "b/empty" ? "" : new string('x', 1000 * i) + name)).ToList();

        await Host.UploadAsync(files, null, default);

        Assert.Equal(
            files.Select(file => new HostFile(file.Path[$"{Work}/many/".Length..], file.Bytes)).OrderBy(file => file.Path, StringComparer.Ordinal),
            await Host.ListAsync(Work + "/many", default));
        foreach (var file in files)
        {
            Assert.Equal(file.Sha256, await Host.HashAsync(file.Path, default));
        }
    }

    [Fact]
    public async Task Brings_small_and_large_files_and_says_how_far_it_is()
    {
        HostUpload[] files = [UploadFiles.Of(Work + "/large", UploadFiles.Random((20 << 20) + 12345, 1)), UploadFiles.Of(Work + "/small", "small")];
        var progress = new RecordedProgress();

        await Host.UploadAsync(files, progress, default);

        var bytes = files.Sum(file => file.Bytes);
        Assert.Equal((bytes, bytes, bytes), (progress.Last.DoneBytes, progress.Last.TotalBytes, progress.Last.SentBytes));
        Assert.All(progress.Reports, report => Assert.InRange(report.DoneBytes, 0, report.TotalBytes));
        Assert.Equal(files[0].Sha256, await Host.HashAsync(files[0].Path, default));
        Assert.Equal([new HostFile("large", files[0].Bytes), new HostFile("small", 5)], await Host.ListAsync(Work, default));
    }

    [Fact]
    public async Task Leaves_files_alone_that_are_there_already()
    {
        HostUpload[] files =
        [
            UploadFiles.Of(Work + "/folder/one", "one"),
            UploadFiles.Of(Work + "/folder/line\nbreak", "two"),
            UploadFiles.Of(Work + "/large", UploadFiles.Random(17 << 20, 2)),
        ];
        await Host.UploadAsync(files, null, default);
        var progress = new RecordedProgress();

        await Host.UploadAsync([.. files.Select(file => file.Unopened())], progress, default);

        Assert.Equal((files.Sum(file => file.Bytes), 0L), (progress.Last.DoneBytes, progress.Last.SentBytes));
    }

    [Fact]
    public async Task Replaces_files_whose_content_is_another()
    {
        await WriteAsync("folder/same length", "old");
        await WriteAsync("folder/longer", "something else");
        await WriteAsync("folder/of others", "stays");

        await Host.UploadAsync([UploadFiles.Of(Work + "/folder/same length", "new"), UploadFiles.Of(Work + "/folder/longer", "new")], null, default);

        Assert.Equal(("new", "new", "stays"), (await TextAsync(Work + "/folder/same length"), await TextAsync(Work + "/folder/longer"), await TextAsync(Work + "/folder/of others")));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(20 << 20)]
    public async Task Puts_nothing_in_place_that_is_not_what_its_digest_says(int bytes)
    {
        await WriteAsync("file", "old");
        var wrong = UploadFiles.Of(Work + "/file", UploadFiles.Random(bytes, 3)) with { Sha256 = new string('0', 64) };

        await Assert.ThrowsAsync<ArtifactCorruptException>(() => Host.UploadAsync([wrong], null, default));

        Assert.Equal("old", await TextAsync(Work + "/file"));
        Assert.Equal([new HostFile("file", 3)], await Host.ListAsync(Work, default));
    }

    [Fact]
    public async Task Refuses_a_relative_path_in_a_list() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Host.UploadAsync([UploadFiles.Of("relative/file", "x")], null, default));

    [Fact]
    public async Task Brings_nothing_when_there_is_nothing()
    {
        await Host.UploadAsync([], null, default);

        Assert.Empty(await Host.ListAsync(Work, default));
    }
}
