namespace FineTunePipeline.Provisioning.Data;

/// <summary>State of a <see cref="LeaseRow"/>. A job has at most one that is Requested or Active.</summary>
internal enum LeaseState
{
    /// <summary>Written before the provider is asked: from here on there may be a host.</summary>
    Requested,

    /// <summary>The provider has it.</summary>
    Active,

    /// <summary>To be given back; costs until the provider's list no longer has it.</summary>
    Releasing,

    /// <summary>Lost without the provider's word for it: still charged, to be ended when the provider answers.</summary>
    LostUnconfirmed,

    /// <summary>The provider's list does not have it.</summary>
    Released,
}
