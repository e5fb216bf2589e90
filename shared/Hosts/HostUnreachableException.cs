using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts;

/// <summary>We lost contact. That says nothing about the host or what runs on it.</summary>
public sealed class HostUnreachableException(string message, Exception? inner = null) : IOException(message, inner), IStageFault
{
    public bool IsContactLost => true;

    public Failure Failure => new("host_unreachable", Message, FailureKind.Transient);
}
