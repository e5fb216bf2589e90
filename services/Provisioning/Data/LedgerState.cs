namespace FineTunePipeline.Provisioning.Data;

/// <summary>State of a <see cref="LedgerRow"/>.</summary>
internal enum LedgerState
{
    /// <summary>Reserved, not spent.</summary>
    Hold,

    /// <summary>Spent.</summary>
    Charged,

    /// <summary>Closed: what was reserved above the charge is free again.</summary>
    Released,
}
