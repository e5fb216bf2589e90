using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>The host answers and does not let us in: wrong password, or our key is not installed there. Trying again is of no use.</summary>
public sealed class HostLoginRefusedException(string message, Exception inner) : IOException(message, inner), IStageFault
{
    /// <summary>A host that was set up anew behind our back: our key may be installed there again.</summary>
    public bool IsContactLost => true;

    public Failure Failure => new("host_login_refused", Message, FailureKind.BadInput);
}
