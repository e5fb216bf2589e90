using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Local;

/// <summary>The host is another computer, or another work folder, than that of this service: waiting does not help.</summary>
public sealed class HostElsewhereException(string message) : IOException(message), IStageFault
{
    public Failure Failure => new("host_elsewhere", Message, FailureKind.Transient);
}
