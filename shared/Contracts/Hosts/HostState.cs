namespace FineTunePipeline.Contracts.Hosts;

/// <summary>What a person sees of a host of theirs.</summary>
public enum HostState
{
    /// <summary>A job may take it.</summary>
    Free,

    /// <summary>One job has it.</summary>
    InUse,

    /// <summary>A job had it, and there was no contact for too long: that job went on elsewhere. Cleaned, and free again, when it answers.</summary>
    Lost,

    /// <summary>In use, and to be removed when its job gives it back.</summary>
    Removing,

    /// <summary>No longer in the pool.</summary>
    Removed,
}
