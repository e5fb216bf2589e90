using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts.Engines;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Local;

/// <summary>Connects to this computer, and to nothing else.</summary>
public sealed class LocalHostConnector(IOptions<LocalHostOptions> options, EngineLocator engines, TimeProvider time) : IHostConnector
{
    public IComputeHost Connect(HostReference reference)
    {
        if (!reference.IsLocal())
        {
            throw new NotSupportedException($"No adapter for hosts of kind '{reference.Kind}': this installation knows '{LocalMachine.Kind}'.");
        }

        var ours = LocalMachine.AddressOf(options.Value.WorkFolder);
        return reference.Address == ours
            ? new LocalHost(() => engines.Locate(Engine.Supervise), time)
            : throw new HostElsewhereException(
                $"The host is the computer and work folder '{reference.Address}', and this service runs on '{ours}': start the service there, or set LocalHost:WorkFolder back.");
    }
}
