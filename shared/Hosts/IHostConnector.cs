using FineTunePipeline.Contracts.Provision;

namespace FineTunePipeline.Hosts;

/// <summary>Turns a reference from a message into a host one can use.</summary>
public interface IHostConnector
{
    /// <exception cref="NotSupportedException">No adapter for <see cref="HostReference.Kind"/>.</exception>
    IComputeHost Connect(HostReference reference);
}
