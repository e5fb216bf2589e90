using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>
/// The server shows another host key than the pinned one, or one that nobody pinned: somebody else may answer there. Nothing was sent to it.
/// Who knows that the host booted anew pins its new key; until then trying again is of no use.
/// </summary>
public sealed class HostKeyChangedException(SshEndpoint endpoint, string? pinned, string shown) : IOException(Text(endpoint, pinned, shown)), IStageFault
{
    /// <summary>The pinned fingerprint; null if there is none and the shown one was not accepted.</summary>
    public string? Pinned => pinned;

    /// <summary>The fingerprint of the key that the server shows.</summary>
    public string Shown => shown;

    /// <summary>A host that was set up anew behind our back: its owner may say that the new key is right.</summary>
    public bool IsContactLost => true;

    public Failure Failure => new("host_key_changed", Message, FailureKind.BadInput);

    private static string Text(SshEndpoint endpoint, string? pinned, string shown) => pinned is null
        ? $"The host key of {endpoint} is not pinned and was not accepted: the server shows {shown}."
        : $"The host key of {endpoint} has changed without a reboot that we know of: {pinned} is pinned, and the server shows {shown}. It was not connected to. If the host was replaced or set up anew, add it again.";
}
