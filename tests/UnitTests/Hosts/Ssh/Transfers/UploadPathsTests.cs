using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh.Transfers;
using FineTunePipeline.TestKit.Hosts;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh.Transfers;

public sealed class UploadPathsTests
{
    [Fact]
    public void Paths_lose_their_empty_parts_and_are_sorted() =>
        Assert.Equal(["/a/b", "/a/c"], UploadPaths.Check([File("//a/./c"), File("/a//b")]).Select(file => file.Path));

    [Fact]
    public void A_file_that_is_named_twice_is_there_once() => Assert.Single(UploadPaths.Check([File("/a"), File("//a")]));

    [Theory]
    [InlineData("a")]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a/")]
    [InlineData("/a/.")]
    [InlineData("/a/..")]
    [InlineData("/a/../b")]
    [InlineData("/.")]
    public void A_path_that_names_no_file_is_refused(string path) => Assert.Throws<ArgumentException>(() => UploadPaths.Check([File(path)]));

    [Fact]
    public void A_digest_that_is_none_and_a_length_below_zero_are_refused()
    {
        Assert.Throws<ArgumentException>(() => UploadPaths.Check([File("/a") with { Sha256 = "x" }]));
        Assert.Throws<ArgumentException>(() => UploadPaths.Check([File("/a") with { Bytes = -1 }]));
    }

    [Theory]
    [InlineData("/a/b", "/a/b/1", "/a/b/2")]
    [InlineData("/a", "/a/b/1", "/a/bc/2")]
    [InlineData("/a", "/a/1", "/a/b/c/2")]
    [InlineData("/a", "/a/b/c/2", "/a/1")]
    [InlineData("", "/a/1", "/b/2")]
    [InlineData("", "/1", "/b/c/2")]
    public void The_common_folder_holds_all(string folder, params string[] paths) => Assert.Equal(folder, UploadPaths.CommonFolder(paths.Select(File)));

    [Fact]
    public void Blocks_gather_beside_their_file_under_a_name_that_follows_from_the_content()
    {
        Assert.Matches("^/a/\\.partial-[0-9a-f]{32}$", UploadPaths.Partial(File("/a/b")));
        Assert.Equal(UploadPaths.Partial(File("/a/b")), UploadPaths.Partial(File("/a/b")));
        Assert.NotEqual(UploadPaths.Partial(File("/a/b")), UploadPaths.Partial(UploadFiles.Of("/a/b", "another")));
        Assert.NotEqual(UploadPaths.Partial(File("/a/b")), UploadPaths.Partial(File("/a/c")));
    }

    [Fact]
    public void What_a_program_said_is_cut_to_its_end()
    {
        Assert.Equal("2; 3; 4", UploadText.Brief("1\n2\n3 \n\n4\n"));
        Assert.InRange(UploadText.Brief(new string('x', 5000)).Length, 1, 700);
    }

    private static HostUpload File(string path) => UploadFiles.Of(path, "content");
}
