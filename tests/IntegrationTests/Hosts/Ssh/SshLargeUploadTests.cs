using FineTunePipeline.Hosts;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A large file in blocks, over a real server that goes away and comes back.</summary>
public sealed class SshLargeUploadTests : SshServerFixture
{
    private const int BlockBytes = 8 << 20;
    private const int Blocks = 10;
    private const int BlocksBeforeTheCut = 4;
    private const int Bytes = (Blocks * BlockBytes) - 12345;

    private readonly byte[] _content = UploadFiles.Random(Bytes, 7);

    private HostUpload File => UploadFiles.Of(Work + "/large file", _content);

    [Fact]
    public async Task Goes_on_after_a_cut_with_what_is_missing_alone()
    {
        await CutInTheMiddleAsync();
        var progress = new RecordedProgress();

        await Connect().UploadAsync([File], progress, default);

        Assert.Equal(Bytes - (BlocksBeforeTheCut * BlockBytes), progress.Last.SentBytes);
        await AssertThereAsync();
    }

    [Fact]
    public async Task Sends_a_block_again_that_is_wrong_on_the_host()
    {
        await CutInTheMiddleAsync();
        var partial = Directory.GetFiles(Work).Single();
        await using (var file = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = BlockBytes + 1000;
            var wrong = (byte)(file.ReadByte() ^ 1);
            file.Position--;
            file.WriteByte(wrong);
        }

        var progress = new RecordedProgress();
        await Connect().UploadAsync([File], progress, default);

        Assert.Equal(Bytes - ((BlocksBeforeTheCut - 1) * BlockBytes), progress.Last.SentBytes);
        await AssertThereAsync();
    }

    [Fact]
    public async Task Sends_a_block_again_that_was_read_wrong_once()
    {
        var wasWrong = 0;
        var flaky = File with
        {
            OpenAsync = _ => Task.FromResult<Stream>(new TroubledContent(_content, (2 * BlockBytes) + 77, (rest, _) =>
            {
                if (Interlocked.Exchange(ref wasWrong, 1) == 0)
                {
                    rest.Span[0] ^= 1;
                }

                return Task.CompletedTask;
            })),
        };
        var progress = new RecordedProgress();

        await Connect().UploadAsync([flaky], progress, default);

        Assert.Equal(Bytes + BlockBytes, progress.Last.SentBytes);
        Assert.Equal(Bytes, progress.Last.DoneBytes);
        await AssertThereAsync();
    }

    [Fact]
    public async Task Bridges_a_connection_that_breaks_while_the_host_answers()
    {
        var hasBroken = 0;
        var file = File with
        {
            OpenAsync = _ => Task.FromResult<Stream>(new TroubledContent(_content, 6 * BlockBytes, (_, _) =>
            {
                if (Interlocked.Exchange(ref hasBroken, 1) == 0)
                {
                    Server.KillSessions();
                }

                return Task.CompletedTask;
            })),
        };

        await Connect().UploadAsync([file], null, default);

        Assert.Equal(1, hasBroken);
        await AssertThereAsync();
    }

    [Fact]
    public async Task Uses_several_connections_to_a_host_that_is_far()
    {
        await using var line = new SlowLine(Server.Endpoint.Port, TimeSpan.FromMilliseconds(20));
        var far = Connector().Connect((Server.Endpoint with { Port = line.Port }).Reference(Work) with { HostKey = Server.Fingerprint });
        var content = new byte[100 << 20];
        var file = UploadFiles.Of(Work + "/zeros", content);
        var most = 0;
        var counted = file with
        {
            OpenAsync = _ => Task.FromResult<Stream>(new TroubledContent(content, 90 << 20, (_, _) =>
            {
                most = Server.SessionCount;
                return Task.CompletedTask;
            })),
        };

        await far.UploadAsync([counted], null, default);

        Assert.Equal(2, most);
        Assert.Equal(file.Sha256, await far.HashAsync(file.Path, default));
    }

    [Fact]
    public async Task Works_over_a_single_place_on_a_single_connection()
    {
        var host = Connect(options => (options.MaxConnections, options.CallsPerConnection) = (1, 1));

        await host.UploadAsync([File, UploadFiles.Of(Work + "/small", "small")], null, default);

        await AssertThereAsync("small");
    }

    [Fact]
    public async Task Two_who_bring_the_same_file_at_once_do_not_disturb_each_other()
    {
        await Task.WhenAll(Connect().UploadAsync([File], null, default), Connect().UploadAsync([File], null, default));

        await AssertThereAsync();
    }

    [Fact]
    public async Task Two_large_files_come_in_one_call()
    {
        var other = UploadFiles.Of(Work + "/other", UploadFiles.Random(20 << 20, 8));

        await Connect().UploadAsync([File, other], null, default);

        Assert.Equal(other.Sha256, await Connect().HashAsync(other.Path, default));
        await AssertThereAsync("other");
    }

    /// <summary>The host has a few blocks, then it is gone; then it is back.</summary>
    private async Task CutInTheMiddleAsync()
    {
        var halting = File with
        {
            OpenAsync = _ => Task.FromResult<Stream>(new TroubledContent(_content, BlocksBeforeTheCut * BlockBytes, TroubledContent.Silence)),
        };

        // One channel, so that it is known how far it came.
        var uploading = Connect(options => (options.MaxConnections, options.CallsPerConnection) = (1, 2)).UploadAsync([halting], null, default);
        await UntilAsync(() => Directory.GetFiles(Work) is [var partial] && new FileInfo(partial).Length == BlocksBeforeTheCut * BlockBytes);
        Server.KillNow();

        await Assert.ThrowsAsync<HostUnreachableException>(() => uploading);
        Assert.Empty(Directory.GetFiles(Work, "large*"));
        await Server.RestartAsync(newHostKey: false);
    }

    private async Task AssertThereAsync(params string[] others)
    {
        Assert.Equal(_content, await System.IO.File.ReadAllBytesAsync(Work + "/large file"));
        Assert.Equal([.. others.Append("large file").Order(StringComparer.Ordinal)], Directory.GetFiles(Work).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
