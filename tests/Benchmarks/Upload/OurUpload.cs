using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>Our upload, in a process that runs already.</summary>
/// <param name="isConnected">
/// Over a connection that is open already, as it is when a job brings its files: the host was looked at before. Else the login is timed as well, as the peers' is.
/// </param>
internal sealed class OurUpload(bool isConnected) : UploadContestant(isConnected ? "ours, connected" : "ours")
{
    private SshHostConnector? _connector;
    private IComputeHost? _host;

    public override async Task BeginAsync(UploadHost host)
    {
        _connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = host.KeyFile }), TimeProvider.System);
        _host = _connector.Connect(host.Endpoint.Reference("/tmp") with { HostKey = host.Fingerprint });
        if (isConnected)
        {
            await _host.ListAsync("/nothing", CancellationToken.None);
        }
    }

    public override Task CopyAsync(UploadSource source, UploadHost host, string target) =>
        _host!.UploadAsync(source.Uploads(target), progress: null, CancellationToken.None);

    public override async Task EndAsync() => await _connector!.DisposeAsync();

    public override double Here(ProcessorTime passed) => passed.Self;
}
