using FineTunePipeline.TestKit.Ssh;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A login shell whose start file makes noise on both outputs, as rented images do.</summary>
public sealed class SshHostBashTests : SshHostCompliance
{
    protected override async Task<SshServer> StartServerAsync()
    {
        var server = await SshServer.StartAsync("/bin/bash");
        await File.WriteAllTextAsync(Path.Combine(server.Home, ".bashrc"), "echo 'Welcome to your GPU!'; seq 5000; echo 'quota low' >&2; set -v\n");
        return server;
    }
}
