using System.Diagnostics;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A host that has busybox and nothing else: its ash, its find, its stat, its dd.</summary>
public sealed class SshHostBusyboxTests : SshHostCompliance
{
    private const string Busybox = "/bin/busybox";
    private readonly TemporaryFolder _programs = new();

    protected override Task<SshServer> StartServerAsync()
    {
        Assert.SkipUnless(File.Exists(Busybox), "busybox is not installed.");
        Process.Start(Busybox, ["--install", "-s", _programs.Path]).WaitForExit();
        return SshServer.StartAsync(_programs.At("ash"), _programs.Path);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _programs.Dispose();
    }
}
