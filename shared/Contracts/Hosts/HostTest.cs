namespace FineTunePipeline.Contracts.Hosts;

/// <summary>The last test of a host that its owner asked for.</summary>
public sealed record HostTest
{
    public required string TestId { get; init; }

    /// <summary>Null until it has ended.</summary>
    public bool? Passed { get; init; }

    /// <summary>For people: a line for each check and what to change, or why it could not be tested; empty until it has ended.</summary>
    public string Report { get; init; } = "";

    public required DateTimeOffset At { get; init; }
}
