namespace FineTunePipeline.Contracts.Hosts;

/// <summary>
/// Provisioning gave up a host that a job had: no contact for too long, or its owner replaced it. It may live on and cost money; the job goes on elsewhere,
/// and nothing that the old host still writes is accepted.
/// </summary>
public sealed record HostLost : IJobMessage
{
    public required string JobId { get; init; }

    public required string LeaseId { get; init; }

    /// <summary>Attempt of the provision stage that took the host; 0 if the lease is unknown.</summary>
    public required int Attempt { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Reason { get; init; }
}
