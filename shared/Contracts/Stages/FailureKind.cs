namespace FineTunePipeline.Contracts.Stages;

/// <summary>Why a stage failed, as far as it decides what happens next. The saga decides by this alone, never by text.</summary>
public enum FailureKind
{
    /// <summary>May succeed when tried again: a broken connection, a busy disk.</summary>
    Transient,

    /// <summary>No host to be had now.</summary>
    Capacity,

    /// <summary>The host is gone.</summary>
    HostLost,

    /// <summary>Training did not fit into memory.</summary>
    OutOfMemory,

    /// <summary>The person must change something; trying again is of no use.</summary>
    BadInput,

    /// <summary>A limit of money or time was reached.</summary>
    Budget,

    /// <summary>A fault of ours.</summary>
    Internal,
}
