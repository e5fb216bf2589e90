using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Data;

/// <summary>
/// One attempt of one stage of one job: the only mechanism for work. Times are milliseconds since 1970 by the database's clock.
/// </summary>
public sealed class StageRun
{
    public required string JobId { get; set; }

    public required Stage Stage { get; set; }

    public required int Attempt { get; set; }

    public required StageRunState State { get; set; }

    /// <summary>The command (JSON); null in a tombstone, which refuses a command that was cancelled before it came.</summary>
    public string? Command { get; set; }

    /// <summary>One counter per job and stage, grown by every claim and every new attempt. A write with an older one is refused.</summary>
    public long Fence { get; set; }

    /// <summary>The instance that holds the claim.</summary>
    public string? Owner { get; set; }

    /// <summary>End of the claim; null when nobody holds it.</summary>
    public long? ClaimedUntil { get; set; }

    /// <summary>Not claimed before.</summary>
    public long NextLookAt { get; set; }

    /// <summary>When its command came; null for rows of before this was written. Read by metrics alone.</summary>
    public long? AcceptedAt { get; set; }

    /// <summary>While it is closing: what it has reached is kept for a next attempt.</summary>
    public bool KeepProgress { get; set; }

    /// <summary>Times that it was claimed.</summary>
    public int Entries { get; set; }

    /// <summary>The runner's note to its next entry.</summary>
    public string? Handle { get; set; }

    /// <summary>Type and JSON of the event that tells the end. It leaves by the outbox, in the transaction that writes it here.</summary>
    public string? OutcomeType { get; set; }

    public string? Outcome { get; set; }

    /// <summary>Times that the claim was given back after a failure (of ending it, or of a stage that keeps trying), for the back-off.</summary>
    public int Tries { get; set; }
}
