namespace FineTunePipeline.Contracts.Money;

/// <summary>Published by Provisioning whenever money of a job was charged: the whole of what its hosts cost so far.</summary>
public sealed record JobCostChanged : IJobMessage
{
    public required string JobId { get; init; }

    /// <summary>Spent, in <see cref="Currency"/>, with all of the job's leases.</summary>
    public required decimal Charged { get; init; }

    /// <summary>Reserved for the time that runs now, and not spent.</summary>
    public required decimal Held { get; init; }

    public required string Currency { get; init; }

    /// <summary>The same for each of its hosts, in the order in which the job took them.</summary>
    public IReadOnlyList<HostCost> Hosts { get; init; } = [];

    /// <summary>A view ignores an older one.</summary>
    public required DateTimeOffset At { get; init; }
}
