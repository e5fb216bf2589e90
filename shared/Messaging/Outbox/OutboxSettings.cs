namespace FineTunePipeline.Messaging.Outbox;

/// <summary>How the outboxes of this process work.</summary>
internal sealed record OutboxSettings
{
    /// <summary>
    /// The transport forgets what was in flight when the process ends: rows stay after they were sent, and are sent again at start. True also means that
    /// nobody else sends from these databases.
    /// </summary>
    public required bool TransportForgets { get; init; }

    /// <summary>Name of this process in claims.</summary>
    public string Owner { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <summary>A sender that does not come back loses its rows after this time. Above <see cref="SendLimit"/>.</summary>
    public TimeSpan ClaimTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time of one send.</summary>
    public TimeSpan SendLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time between two sweeps.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Messages sent at once; those of one job go one after the other.</summary>
    public int Lanes { get; init; } = 8;

    /// <summary>Rows claimed, or marked, in one statement.</summary>
    public int Batch { get; init; } = 200;

    /// <summary>A message that failed so often while the bus was healthy is given up.</summary>
    public int FailureLimit { get; init; } = 12;

    /// <summary>Wait before the next try of a send that failed; doubles with each failure, up to a minute.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Time between two clean-ups.</summary>
    public TimeSpan CleanEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where the transport forgets: rows of a job go this long after its end; its inbox rows as long again after that.</summary>
    public TimeSpan KeepAfterEnd { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Where the broker remembers: longer than any redelivery can be late.</summary>
    public TimeSpan KeepInbox { get; init; } = TimeSpan.FromDays(7);
}
