namespace FineTunePipeline.Contracts.Ops;

/// <summary>Why nobody took a message.</summary>
public enum ParkReason
{
    /// <summary>It could not be read, or its consumer failed at every try.</summary>
    Failed,

    /// <summary>No consumer of its queue knows its type.</summary>
    Unknown,

    /// <summary>It could not be sent.</summary>
    Unsent,
}
