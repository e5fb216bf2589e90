using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

public sealed class SshFileTests : SshServerFixture
{
    public static TheoryData<string> OddNames =>
    [
        "two words", "line\nbreak", "it's", "a\"b", "$HOME", "`id`", "back\\slash", "-n", "--help", "*?[a]", "größe 模型", "tab\tbed", ";rm -rf x", "~", "#no comment", "end ", " start", "%s%n",
    ];

    [Theory]
    [MemberData(nameof(OddNames))]
    public async Task Files_may_be_called_anything(string name)
    {
        var host = Connect();
        var path = $"{Work}/{name}/{name}";

        await host.UploadAsync(new MemoryStream("content"u8.ToArray()), path, default);

        Assert.Equal("content", await File.ReadAllTextAsync(path));
        Assert.Equal([new HostFile($"{name}/{name}", 7)], await host.ListAsync(Work, default));
        Assert.Equal("tent"u8.ToArray(), await host.ReadAsync(path, 3, 10, default));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("content"u8)), await host.HashAsync(path, default));
        await using (var stream = await host.OpenReadAsync(path, default))
        {
            Assert.Equal("content", await new StreamReader(stream).ReadToEndAsync());
        }

        await host.DeleteAsync($"{Work}/{name}", default);
        Assert.Empty(Directory.GetFileSystemEntries(Work));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((8 << 20) + 12345)]
    public async Task Files_of_every_size_come_and_go_whole(int bytes)
    {
        var host = Connect();
        var content = new byte[bytes];
        new Random(5).NextBytes(content);

        await host.UploadAsync(new MemoryStream(content), Work + "/file", default);
        await using var stream = await host.OpenReadAsync(Work + "/file", default);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);

        Assert.Equal(content, await File.ReadAllBytesAsync(Work + "/file"));
        Assert.Equal(content, copy.ToArray());
        Assert.Equal(["file"], Directory.GetFiles(Work).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_upload_replaces_a_file_and_refuses_a_folder()
    {
        var host = Connect();
        await File.WriteAllTextAsync(Work + "/file", "old and longer");
        Directory.CreateDirectory(Work + "/folder");

        await host.UploadAsync(new MemoryStream("new"u8.ToArray()), Work + "/file", default);
        var refused = await Assert.ThrowsAnyAsync<IOException>(() => host.UploadAsync(new MemoryStream("new"u8.ToArray()), Work + "/folder", default));

        Assert.Equal("new", await File.ReadAllTextAsync(Work + "/file"));
        Assert.Contains("folder", refused.Message);
        Assert.Empty(Directory.GetFileSystemEntries(Work + "/folder"));
    }

    [Fact]
    public async Task A_source_that_fails_leaves_the_old_file()
    {
        await File.WriteAllTextAsync(Work + "/file", "old");

        await Assert.ThrowsAsync<InvalidDataException>(() => Connect().UploadAsync(new BrokenContent(5 << 20), Work + "/file", default));

        Assert.Equal("old", await File.ReadAllTextAsync(Work + "/file"));
    }

    [Fact]
    public async Task Links_to_files_are_listed_as_files_and_links_to_folders_are_not_followed()
    {
        await File.WriteAllTextAsync(Work + "/real", "12345");
        File.CreateSymbolicLink(Work + "/link", Work + "/real");
        Directory.CreateSymbolicLink(Work + "/circle", Work);
        await File.WriteAllTextAsync(Work + "/.partial-x", "unfinished");
        Directory.CreateDirectory(Work + "/.partial-y");
        await File.WriteAllTextAsync(Work + "/.partial-y/inside", "unfinished");

        Assert.Equal([new HostFile("link", 5), new HostFile("real", 5)], await Connect().ListAsync(Work, default));
    }

    [Fact]
    public async Task Two_thousand_small_files_are_listed_at_once()
    {
        for (var i = 0; i < 2000; i++)
        {
            await File.WriteAllTextAsync($"{Work}/file-{i:0000}", new string('x', i));
        }

        var files = await Connect().ListAsync(Work, default);

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => new HostFile($"file-{i:0000}", i)), files);
    }

    [Fact]
    public async Task Many_small_uploads_at_once_all_arrive()
    {
        var host = Connect();

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => host.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes($"{i}")), $"{Work}/deep/{i % 7}/{i}", default)));

        Assert.Equal(60, (await host.ListAsync(Work + "/deep", default)).Count);
        Assert.Equal("59", await File.ReadAllTextAsync($"{Work}/deep/3/59"));
    }

    [Fact]
    public async Task A_long_way_to_the_host_does_not_make_transfers_slow()
    {
        const int bytes = 24 << 20;
        await using var line = new SlowLine(Server.Endpoint.Port, TimeSpan.FromMilliseconds(20));
        var host = Connector().Connect((Server.Endpoint with { Port = line.Port }).Reference(Work) with { HostKey = Server.Fingerprint });
        var content = new byte[bytes];
        new Random(7).NextBytes(content);
        using var copy = new MemoryStream(bytes);

        var clock = Stopwatch.StartNew();
        await host.UploadAsync(new MemoryStream(content), Work + "/far", default);
        var up = clock.Elapsed;
        await using (var stream = await host.OpenReadAsync(Work + "/far", default))
        {
            await stream.CopyToAsync(copy);
        }

        var down = clock.Elapsed - up;
        Assert.Equal(content, copy.ToArray());

        // Block by block of 32 KiB, each way takes 30 s of waiting alone.
        TestContext.Current.TestOutputHelper!.WriteLine($"24 MiB with 40 ms of round trip: up {up.TotalSeconds:0.0} s, down {down.TotalSeconds:0.0} s");
        Assert.True(up < TimeSpan.FromSeconds(12) && down < TimeSpan.FromSeconds(12), $"up {up}, down {down}");
    }

    [Fact]
    public async Task A_file_that_becomes_shorter_while_it_is_read_is_an_error()
    {
        await WriteAsync("shrinking", 64 << 20);
        await using var stream = await Connect().OpenReadAsync(Work + "/shrinking", default);
        await stream.ReadExactlyAsync(new byte[1 << 16]);
        await using (var file = File.OpenWrite(Work + "/shrinking"))
        {
            file.SetLength(1 << 20);
        }

        var exception = await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null));

        Assert.IsNotType<HostUnreachableException>(exception);
        Assert.Contains("shorter", exception.Message);
    }

    [Fact]
    public async Task A_file_that_is_deleted_while_it_is_read_is_read_to_its_end()
    {
        await WriteAsync("going", 32 << 20);
        await using var stream = await Connect().OpenReadAsync(Work + "/going", default);
        File.Delete(Work + "/going");
        using var copy = new MemoryStream();

        await stream.CopyToAsync(copy);

        Assert.Equal(32 << 20, copy.Length);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_nothing()
    {
        var disk = Work + "/disk";
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(MountedDisk.TryMake(disk, "4m", out var mounted), "Mounting is not allowed here.");
        await using var unmount = mounted;
        await using var server = await SshServer.StartAsync();
        var host = ConnectTo(server);

        var large = await Assert.ThrowsAnyAsync<IOException>(() => host.UploadAsync(new MemoryStream(new byte[16 << 20]), disk + "/file", default));
        Assert.Contains("No space left", large.Message);
        Assert.IsNotType<HostUnreachableException>(large);
        Assert.Empty(Directory.GetFileSystemEntries(disk));
    }

    [Fact]
    public async Task A_read_only_disk_is_said()
    {
        var disk = Work + "/disk";
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(MountedDisk.TryMake(disk, "4m", out var mounted), "Mounting is not allowed here.");
        await using var unmount = mounted;
        await mounted.MakeReadOnlyAsync();
        await using var server = await SshServer.StartAsync();
        var host = ConnectTo(server);

        foreach (var bring in (Func<Task>[])[
            () => host.UploadAsync(new MemoryStream(new byte[10]), disk + "/file", default),
            () => host.UploadAsync([UploadFiles.Of(disk + "/file", "x")], null, default),
            () => host.StartAsync(disk + "/run", Shell("exit 0"), default)])
        {
            var refused = await Assert.ThrowsAnyAsync<IOException>(bring);
            Assert.Contains("Read-only file system", refused.Message, StringComparison.Ordinal);
            Assert.IsNotType<HostUnreachableException>(refused);
        }
    }

    [Fact]
    public async Task A_host_without_sha256sum_says_what_to_install()
    {
        using var programs = new TemporaryFolder();
        var shell = await Busybox.InstallAsync(programs.Path);
        File.Delete(programs.At("sha256sum"));
        await using var server = await SshServer.StartAsync(shell, programs.Path);
        await using var connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = server.KeyFile }), TimeProvider.System);
        await File.WriteAllTextAsync(Work + "/file", "x");

        var exception = await Assert.ThrowsAnyAsync<IOException>(() => connector.Connect(server.Endpoint.Reference(Work) with { HostKey = server.Fingerprint }).HashAsync(Work + "/file", default));

        Assert.Contains("sha256sum", exception.Message);
        Assert.Contains("coreutils", exception.Message);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/./")]
    [InlineData("/tmp/..")]
    [InlineData("tmp")]
    public async Task Refuses_to_delete_the_whole_disk(string path) => await Assert.ThrowsAsync<ArgumentException>(() => Connect().DeleteAsync(path, default));

    [Fact]
    public async Task The_supervisor_comes_back_when_the_hosts_disk_was_cleaned()
    {
        var host = Connect();
        await host.LookAsync(Work + "/run", default);
        Directory.Delete(Work + "/.finetune", recursive: true);

        Assert.True(await host.StartAsync(Work + "/run", Shell("exit 0"), default));
    }

    [Fact]
    public async Task The_file_with_a_runs_variables_is_its_owners_alone()
    {
        var command = Shell("sleep 0.1") with { Environment = new Dictionary<string, string?> { ["TOKEN"] = "hush" } };

        var host = Connect();
        await host.StartAsync(Work + "/run", command, default);

        var mode = await host.RunAsync(new HostCommand { FileName = "stat", Arguments = ["-c", "%a", Work + "/run/" + RunFolder.CommandScript] }, default);
        Assert.Equal("600\n", mode.StandardOutput);
    }

    private async Task WriteAsync(string name, long bytes)
    {
        await using var file = File.Create(Work + "/" + name);
        file.SetLength(bytes);
    }

    private sealed class BrokenContent(int goodBytes) : MemoryStream(new byte[goodBytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new InvalidDataException("The source broke.");
    }
}
