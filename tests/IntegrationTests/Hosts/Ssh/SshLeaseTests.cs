using FineTunePipeline.Hosts;
using FineTunePipeline.TestKit.Hosts;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A host that was given back: whoever still works for the old lease finds no folder, and makes none.</summary>
public sealed class SshLeaseTests : SshServerFixture
{
    private const int BytesOfBlocks = 17 << 20;
    private static readonly HostCommand Command = new() { FileName = "true", TimeLimit = TimeSpan.FromMinutes(1) };

    private string Lease => Path.Combine(Work, "lease");

    [Theory]
    [InlineData("file")]
    [InlineData("pack")]
    [InlineData("blocks")]
    public async Task Nothing_is_uploaded_for_a_lease_that_has_left(string how)
    {
        var host = OfLease();

        await Assert.ThrowsAsync<IOException>(() => how == "file"
            ? host.UploadAsync(new MemoryStream([1, 2, 3]), Lease + "/job/file", default)
            : host.UploadAsync([UploadFiles.Of(Lease + "/job/file", new byte[how == "pack" ? 3 : BytesOfBlocks])], null, default));

        Assert.False(Directory.Exists(Lease));
    }

    [Fact]
    public async Task Nothing_runs_for_a_lease_that_has_left_and_nothing_can_be_started()
    {
        var host = OfLease();

        Assert.Equal(RunState.None, (await host.LookAsync(Lease + "/job/run", default)).State);
        await host.StopAsync(Lease + "/job/run", TimeSpan.Zero, default);
        await Assert.ThrowsAsync<IOException>(() => host.StartAsync(Lease + "/job/run", Command, default));

        Assert.False(Directory.Exists(Lease));
    }

    [Fact]
    public async Task A_lease_that_is_there_works_in_its_folder_and_beside_it()
    {
        Directory.CreateDirectory(Lease);
        var host = OfLease();

        await host.UploadAsync([UploadFiles.Of(Lease + "/job/small", new byte[3]), UploadFiles.Of(Lease + "/job/large", new byte[BytesOfBlocks]), UploadFiles.Of(Work + "/shared/engine", new byte[3])], null, default);
        await host.UploadAsync(new MemoryStream([1, 2, 3]), Lease + "/it's here/file", default);

        Assert.True(await host.StartAsync(Lease + "/job/run", Command, default));
        Assert.Equal(3, new FileInfo(Work + "/shared/engine").Length);
        Assert.Equal(BytesOfBlocks, new FileInfo(Lease + "/job/large").Length);
        Assert.Equal(3, new FileInfo(Lease + "/it's here/file").Length);
    }

    private IComputeHost OfLease() => Connector().Connect(Server.Endpoint.Reference(Lease) with { HostKey = Server.Fingerprint, SharedFolder = Work });
}
