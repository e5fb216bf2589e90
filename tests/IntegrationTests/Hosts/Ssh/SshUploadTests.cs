using FineTunePipeline.Hosts;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Hosts;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>Many small files in one call, over a real server.</summary>
public sealed class SshUploadTests : SshServerFixture
{
    [Fact]
    public async Task Two_thousand_small_files_arrive_whole()
    {
        var sizes = new Random(11);
        var files = Enumerable.Range(0, 2000).Select(i => UploadFiles.Of($"{Work}/repository/{i % 40}/{i % 7}/file-{i}", UploadFiles.Random(sizes.Next(1, 40_000), i))).ToList();

        await Connect().UploadAsync(files, null, default);

        foreach (var file in files)
        {
            Assert.Equal(file.Sha256, await Digests.Sha256OfFileAsync(file.Path, default));
        }

        AssertNothingPartial();
    }

    [Fact]
    public async Task Files_of_a_batch_may_be_called_anything()
    {
        var names = SshFileTests.OddNames.Select(row => row.Data).ToList();
        var files = names.SelectMany(name => names.Select(inner => UploadFiles.Of($"{Work}/{name}/{inner}", name + inner))).ToList();

        await Connect().UploadAsync(files, null, default);

        foreach (var file in files)
        {
            Assert.Equal(file.Sha256, await Digests.Sha256OfFileAsync(file.Path, default));
        }

        await Connect().UploadAsync([.. files.Select(file => file.Unopened())], null, default);
    }

    [Fact]
    public async Task A_batch_goes_into_folders_that_are_there_and_leaves_what_they_hold()
    {
        Directory.CreateDirectory(Work + "/there/deep/.hidden");
        await File.WriteAllTextAsync(Work + "/there/deep/kept", "kept");
        await File.WriteAllTextAsync(Work + "/there/deep/old", "old");
        string[] names = ["there/deep/old", "there/deep/new", "there/deep/.hidden/new", "there/..odd/new", "there/new/new", "new"];

        await Connect().UploadAsync([.. names.Select(name => UploadFiles.Of($"{Work}/{name}", "new"))], null, default);

        Assert.Equal("kept", await File.ReadAllTextAsync(Work + "/there/deep/kept"));
        Assert.All(names, name => Assert.Equal("new", File.ReadAllText($"{Work}/{name}")));
        AssertNothingPartial();
    }

    [Fact]
    public async Task A_folder_that_is_a_link_is_followed()
    {
        Directory.CreateDirectory(Work + "/disk");
        Directory.CreateSymbolicLink(Work + "/model", Work + "/disk");

        await Connect().UploadAsync([UploadFiles.Of(Work + "/model/a", "a"), UploadFiles.Of(Work + "/b", "b")], null, default);

        Assert.Equal("a", await File.ReadAllTextAsync(Work + "/disk/a"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20 << 20)]
    public async Task A_folder_is_not_replaced_by_a_file(int bytes)
    {
        Directory.CreateDirectory(Work + "/taken");

        var refused = await Assert.ThrowsAnyAsync<IOException>(
            () => Connect().UploadAsync([UploadFiles.Of(Work + "/taken", UploadFiles.Random(bytes, 1)), UploadFiles.Of(Work + "/other", "x")], null, default));

        Assert.IsNotType<HostUnreachableException>(refused);
        Assert.Contains("taken", refused.Message);
        Assert.Empty(Directory.GetFileSystemEntries(Work + "/taken"));
    }

    [Fact]
    public async Task A_small_file_that_was_read_wrong_once_is_sent_again()
    {
        var content = UploadFiles.Random(5000, 2);
        var opened = 0;
        var flaky = UploadFiles.Of(Work + "/flaky", content) with
        {
            OpenAsync = _ => Task.FromResult<Stream>(Interlocked.Increment(ref opened) > 1 ? new MemoryStream(content) : new MemoryStream(new byte[5000])),
        };

        await Connect().UploadAsync([flaky, UploadFiles.Of(Work + "/good", "good")], null, default);

        Assert.Equal(content, await File.ReadAllBytesAsync(Work + "/flaky"));
        Assert.Equal(2, opened);
        AssertNothingPartial();
    }

    [Fact]
    public async Task A_pack_whose_connection_breaks_is_sent_again_where_the_host_answers()
    {
        var content = UploadFiles.Random(4 << 20, 3);
        var hasBroken = 0;
        var file = UploadFiles.Of(Work + "/file", content) with
        {
            OpenAsync = _ => Task.FromResult<Stream>(new TroubledContent(content, 2 << 20, (_, _) =>
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
        Assert.Equal(content, await File.ReadAllBytesAsync(Work + "/file"));
        await UntilNothingIsPartialAsync();
    }

    [Fact]
    public async Task An_upload_that_is_given_up_leaves_nothing_to_see()
    {
        using var giveUp = new CancellationTokenSource();
        var content = UploadFiles.Random(4 << 20, 4);
        var file = UploadFiles.Of(Work + "/b", content) with
        {
            OpenAsync = _ => Task.FromResult<Stream>(new TroubledContent(content, 2 << 20, async (rest, token) =>
            {
                await giveUp.CancelAsync();
                await TroubledContent.Silence(rest, token);
            })),
        };
        var host = Connect();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.UploadAsync([UploadFiles.Of(Work + "/a", "a"), file], null, giveUp.Token));

        Assert.Empty(await host.ListAsync(Work, default));
        await UntilNothingIsPartialAsync();
    }

    [Fact]
    public async Task What_cannot_be_renamed_to_another_disk_is_still_brought_there()
    {
        var disk = Work + "/model/weights";
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(MountedDisk.TryMake(disk, "8m", out var mounted), "Mounting is not allowed here.");
        await using var unmount = mounted;
        await using var server = await TestKit.Ssh.SshServer.StartAsync();
        var host = ConnectTo(server);
        HostUpload[] files = [UploadFiles.Of(disk + "/a", "a"), UploadFiles.Of(Work + "/model/b", "b"), UploadFiles.Of(disk + "/empty", "")];

        await host.UploadAsync(files, null, default);

        Assert.Equal(("a", "b", ""), (await File.ReadAllTextAsync(disk + "/a"), await File.ReadAllTextAsync(Work + "/model/b"), await File.ReadAllTextAsync(disk + "/empty")));
        AssertNothingPartial();
    }

    [Theory]
    [InlineData(100, 64 << 10)]
    [InlineData(1, 20 << 20)]
    public async Task A_full_disk_is_said_and_nothing_is_left_on_it(int count, int bytes)
    {
        var disk = Work + "/disk";
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(MountedDisk.TryMake(disk, "4m", out var mounted), "Mounting is not allowed here.");
        await using var unmount = mounted;
        await using var server = await TestKit.Ssh.SshServer.StartAsync();
        var host = ConnectTo(server);

        var full = await Assert.ThrowsAnyAsync<IOException>(
            () => host.UploadAsync([.. Enumerable.Range(0, count).Select(i => UploadFiles.Of($"{disk}/{i}", UploadFiles.Random(bytes, i)))], null, default));

        Assert.Contains("No space left", full.Message);
        Assert.IsNotType<HostUnreachableException>(full);
        Assert.True(full.Message.Length < 1200, full.Message);
        await UntilAsync(() => Directory.GetFileSystemEntries(disk).Length == 0);
    }

    [Fact]
    public async Task A_list_with_two_contents_for_one_path_is_refused() => await Assert.ThrowsAsync<ArgumentException>(
        () => Connect().UploadAsync([UploadFiles.Of(Work + "/a", "1"), UploadFiles.Of(Work + "//a", "2")], null, default));
}
