namespace FineTunePipeline.Contracts.Money;

/// <summary>What one host of a job costs: a part of <see cref="JobCostChanged"/>.</summary>
public sealed record HostCost
{
    public required string LeaseId { get; init; }

    /// <summary>Name of the host for people; null where its provider has but one.</summary>
    public string? HostName { get; init; }

    public required decimal HourlyPrice { get; init; }

    /// <summary>Spent.</summary>
    public required decimal Charged { get; init; }

    /// <summary>Reserved for the time that runs now; 0 once it is given back.</summary>
    public required decimal Held { get; init; }

    /// <summary>It costs the job nothing more.</summary>
    public required bool IsReleased { get; init; }
}
