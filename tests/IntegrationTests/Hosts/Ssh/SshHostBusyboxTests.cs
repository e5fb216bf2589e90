using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A host that has busybox and nothing else: its ash, its find, its stat, its dd.</summary>
public sealed class SshHostBusyboxTests : SshHostCompliance
{
    private readonly TemporaryFolder _programs = new();

    protected override async Task<SshServer> StartServerAsync() => await SshServer.StartAsync(await Busybox.InstallAsync(_programs.Path), _programs.Path);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _programs.Dispose();
    }
}
