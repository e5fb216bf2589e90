using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh.Transfers;
using FineTunePipeline.TestKit.Hosts;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh.Transfers;

/// <summary>What is made of the host's answer to which files it has.</summary>
public sealed class PresenceLookTests
{
    private static readonly HostUpload[] Three = [File("/a"), File("/b"), File("/c")];

    [Fact]
    public void Those_that_are_there_with_their_digest_are_not_missing() =>
        Assert.Equal(["/b"], Missing([Three], $"= 1 3\n{Three[0].Sha256}\n{Three[2].Sha256}\n"));

    [Fact]
    public void One_with_another_digest_is_missing() => Assert.Equal(["/a", "/c"], Missing([Three], $"= 1 2\n{Three[2].Sha256}\n{Three[1].Sha256}\n"));

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("=\n")]
    [InlineData("= 1")]
    [InlineData("= 1 2 3\n")]
    [InlineData("= 0 4\n<a>\n<b>\n")]
    [InlineData("= 1 2\n<a>\n")]
    [InlineData("= x\n<a>\n")]
    public void An_answer_that_is_none_makes_all_missing(string answer) =>
        Assert.Equal(["/a", "/b", "/c"], Missing([Three], answer.Replace("<a>", Three[0].Sha256).Replace("<b>", Three[1].Sha256)));

    [Fact]
    public void An_answer_that_ends_early_leaves_what_was_answered() =>
        Assert.Equal(["/b", "/c"], Missing([[Three[0]], [Three[1]], [Three[2]]], $"= 1\n{Three[0].Sha256}\n= 1\n{Three[1].Sha256[..20]}"));

    [Fact]
    public void Names_that_would_spoil_a_line_are_asked_for_alone() =>
        Assert.Equal([2, 1, 1], PresenceLook.Questions([File("/a"), File("/line\nbreak"), File("/b"), File("/back\\slash")]).Select(files => files.Length));

    private static IEnumerable<string> Missing(IReadOnlyList<HostUpload[]> questions, string answer) => PresenceLook.Missing(questions, answer).Select(file => file.Path);

    private static HostUpload File(string path) => UploadFiles.Of(path, path);
}
