namespace FineTunePipeline.Chaos.Rented.Faults;

/// <summary>What is done to a host that a job has.</summary>
internal enum EvictionKind
{
    /// <summary>It is taken: the power goes, and later a new machine with an empty disk, another address and another host key stands in its place.</summary>
    Kill,

    /// <summary>It cannot be reached for a time; all goes on there.</summary>
    Cut,

    /// <summary>Everything on it stands still for a time.</summary>
    Freeze,

    /// <summary>The power goes, and it starts again with its disk, sometimes at another address with another host key.</summary>
    Reboot,
}
