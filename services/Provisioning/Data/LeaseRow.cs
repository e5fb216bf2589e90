namespace FineTunePipeline.Provisioning.Data;

/// <summary>A host that we pay for, or may pay for.</summary>
internal sealed class LeaseRow
{
    /// <summary>Also the host's name at its provider.</summary>
    public required string LeaseId { get; set; }

    public required string JobId { get; set; }

    /// <summary>Attempt of the stage provision that took it.</summary>
    public required int Attempt { get; set; }

    /// <summary>Fence of the last write.</summary>
    public required long Fence { get; set; }

    public required string Provider { get; set; }

    /// <summary>What the provider offered, in its own words; null if it has but one thing to offer.</summary>
    public string? Offer { get; set; }

    /// <summary>The host did not pass the test for this job: it is not offered to it again before its owner says something new of it.</summary>
    public bool IsUnfit { get; set; }

    public required LeaseState State { get; set; }

    public required decimal HourlyPrice { get; set; }

    public required string Currency { get; set; }

    /// <summary>Highest cost of the whole job; 0: as much as its hosts cost until its deadline.</summary>
    public decimal BudgetTotal { get; set; }

    /// <summary>When the provider was first asked: money may run from here.</summary>
    public required DateTimeOffset RequestedAt { get; set; }

    /// <summary>When the provider said that we have it; null if it never did.</summary>
    public DateTimeOffset? ActiveAt { get; set; }

    public DateTimeOffset? ReleasedAt { get; set; }

    /// <summary>Whether so much is more than the job may cost.</summary>
    public bool IsAbove(decimal cost) => BudgetTotal > 0 && cost > BudgetTotal;

    /// <summary>For how long a host may still appear of which the provider did not tell us. Never longer than the whole time: the clock may have been set back.</summary>
    /// <param name="settleTime">The provider's.</param>
    /// <param name="now">The time.</param>
    /// <returns>Zero when it is over.</returns>
    public TimeSpan SettlesIn(TimeSpan settleTime, DateTimeOffset now)
    {
        var left = RequestedAt + settleTime - now;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < settleTime ? left : settleTime;
    }
}
