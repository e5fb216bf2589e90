namespace FineTunePipeline.Contracts.Stages;

/// <summary>An exception that itself knows what it means for the stage in which it was thrown.</summary>
public interface IStageFault
{
    /// <summary>With this the stage fails if nobody on the way knows better.</summary>
    Failure Failure { get; }

    /// <summary>
    /// The trouble is the way to the host and not the work: the attempt does not fail by it, and waits. Whoever watches the hosts decides when one is lost.
    /// </summary>
    bool IsContactLost => false;
}
