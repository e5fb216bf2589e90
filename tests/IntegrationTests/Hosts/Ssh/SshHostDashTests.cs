using FineTunePipeline.TestKit.Ssh;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

public sealed class SshHostDashTests : SshHostCompliance
{
    protected override Task<SshServer> StartServerAsync() => SshServer.StartAsync("/bin/dash");
}
