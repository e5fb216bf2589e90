using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Hosts.Ssh;

namespace FineTunePipeline.Hosts;

/// <summary>Connects to this computer and to hosts by SSH, as the reference says.</summary>
internal sealed class HostConnector(LocalHostConnector local, SshHostConnector ssh) : IHostConnector
{
    public IComputeHost Connect(HostReference reference) => reference.Kind == SshEndpoint.Kind ? ssh.Connect(reference) : local.Connect(reference);
}
