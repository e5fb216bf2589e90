using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>The compliance suite over a real OpenSSH server, with one login shell.</summary>
public abstract class SshHostCompliance : ComputeHostCompliance
{
    private readonly TemporaryFolder _folder = new();
    private SshHostConnector? _connector;
    private SshServer? _server;
    private IComputeHost? _host;

    protected override IComputeHost Host => _host!;

    protected override string Work => _folder.At("work");

    protected SshServer Server => _server!;

    protected abstract Task<SshServer> StartServerAsync();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Directory.CreateDirectory(Work);
        _server = await StartServerAsync();
        _connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = _server.KeyFile }), TimeProvider.System);

        // The supervisor's script lies beside the folder that tests list.
        _host = _connector.Connect(_server.Endpoint.Reference(_folder.Path) with { HostKey = _server.Fingerprint });
    }

    public override async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await base.DisposeAsync();
        }

        await (_connector?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
