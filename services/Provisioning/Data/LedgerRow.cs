namespace FineTunePipeline.Provisioning.Data;

/// <summary>Money of one lease over one span of time; there is one for hosts that cost nothing, too.</summary>
internal sealed class LedgerRow
{
    public long Id { get; set; }

    public required string LeaseId { get; set; }

    public required string JobId { get; set; }

    public required LedgerState State { get; set; }

    /// <summary>Reserved before it is spent.</summary>
    public required decimal Held { get; set; }

    /// <summary>Spent.</summary>
    public decimal Charged { get; set; }

    public required string Currency { get; set; }

    public required DateTimeOffset From { get; set; }

    /// <summary>When what is held is spent; null: at the lease's end.</summary>
    public DateTimeOffset? Until { get; set; }
}
