using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Ssh;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>The compliance suite over a host in a container, with a folder of its own for each test.</summary>
public sealed class SshHostContainerTests(ContainerHostFixture container) : ComputeHostCompliance, Xunit.IClassFixture<ContainerHostFixture>
{
    private readonly string _folder = "/root/" + Guid.NewGuid().ToString("N");
    private SshHostConnector? _connector;
    private IComputeHost? _host;

    protected override IComputeHost Host => _host!;

    protected override string Work => _folder + "/work";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var server = await container.HostAsync();
        _connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = server.KeyFile }), TimeProvider.System);
        _host = _connector.Connect(server.Endpoint.Reference(_folder) with { HostKey = server.Fingerprint });
        await _host.RunAsync(new HostCommand { FileName = "mkdir", Arguments = ["-p", Work] }, default);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await base.DisposeAsync();
        }

        await (_connector?.DisposeAsync() ?? ValueTask.CompletedTask);
        GC.SuppressFinalize(this);
    }
}
