namespace FineTunePipeline.Contracts.Hosts;

/// <summary>The queue of commands about hosts that people have.</summary>
public static class HostQueues
{
    /// <summary>Takes <see cref="SetHost"/> and <see cref="RemoveHost"/>.</summary>
    public const string Pool = "provisioning-hosts";

    public static Uri PoolAddress { get; } = new("queue:" + Pool);
}
