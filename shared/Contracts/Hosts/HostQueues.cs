namespace FineTunePipeline.Contracts.Hosts;

/// <summary>The queue of commands about hosts that people have.</summary>
public static class HostQueues
{
    /// <summary>Takes <see cref="SetHost"/>, <see cref="RemoveHost"/> and <see cref="TestHost"/>.</summary>
    public const string Pool = "provisioning-hosts";

    public static Uri PoolAddress { get; } = new("queue:" + Pool);
}
