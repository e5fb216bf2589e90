using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh;

public sealed class SshKeyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Makes_a_key_that_only_its_owner_can_read_and_keeps_it()
    {
        var path = _folder.At("home/ssh_key");
        await SshKeyFile.EnsureAsync(path, default);
        var first = File.ReadAllText(path);
        await SshKeyFile.EnsureAsync(path, default);

        Assert.Equal(first, File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(path)!));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Those_who_make_it_at_once_get_the_same()
    {
        var path = _folder.At("ssh_key");

        var lines = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await SshKeyFile.EnsureAsync(path, default);
            return SshKeyFile.PublicLine(path);
        })));

        Assert.Single(lines.Distinct());
        Assert.StartsWith("ecdsa-sha2-nistp256 AAAA", lines[0], StringComparison.Ordinal);
        Assert.Equal([path], Directory.EnumerateFiles(_folder.Path));
    }
}
