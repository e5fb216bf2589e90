namespace FineTunePipeline.Provisioning.Data;

/// <summary>A host that we pay for, or may pay for.</summary>
internal sealed class LeaseRow
{
    /// <summary>How long a host may take to stop what runs and to power off.</summary>
    private static readonly TimeSpan PowerOffLimit = TimeSpan.FromMinutes(5);

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

    /// <summary>What the test found then, for people.</summary>
    public string? UnfitBecause { get; set; }

    /// <summary>Memory of the smallest card that the host was found to have; null: none was seen, or nobody looked.</summary>
    public long? CardBytes { get; set; }

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

    /// <summary>When the job's time is up; null: not known.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>Number of the newest watchdog that runs on the host, or is to be started there; 0: none.</summary>
    public int Watchdog { get; set; }

    /// <summary>When it was to be started: for a while it may still be about to begin.</summary>
    public DateTimeOffset? WatchdogAt { get; set; }

    /// <summary>When that watchdog stops all that the lease runs on its host; null: it is not known to run.</summary>
    public DateTimeOffset? StopsAt { get; set; }

    /// <summary>What the watchdog does then: as <see cref="HostRow.OnRelease"/>.</summary>
    public string? StopsWith { get; set; }

    /// <summary>The last answer of the host after <see cref="StopsAt"/>; null: there was none.</summary>
    public DateTimeOffset? AnsweredAt { get; set; }

    /// <summary>
    /// When the host powers itself off, or did; later if it still answered then. Null: it does not, or it answered for so long that it did not succeed. From then
    /// on a host that does not answer is off.
    /// </summary>
    public DateTimeOffset? OffAt => StopsWith is null or HostRow.Keep || AnsweredAt > StopsAt + PowerOffLimit ? null : AnsweredAt > StopsAt ? AnsweredAt : StopsAt;

    /// <summary>A host that has powered itself off costs nothing from then on; any other until its lease ends.</summary>
    public DateTimeOffset PaidUntil(DateTimeOffset now) => OffAt is { } off && off < now ? off : now;

    /// <summary>The job's live one: a job has at most one.</summary>
    public bool IsLive => State is LeaseState.Requested or LeaseState.Active;

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
