namespace FineTunePipeline.Hosts;

/// <summary>What a run folder says about its run.</summary>
public sealed record RunLook
{
    public required RunState State { get; init; }

    /// <summary>For <see cref="RunState.Exited"/>.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Last sign of life of the supervisor.</summary>
    public DateTimeOffset? Heartbeat { get; init; }
}
