namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Several <see cref="JobChanged"/> that waited to be sent at the same time: one message costs the broker and the views a fraction of many.</summary>
public sealed record JobsChanged
{
    /// <summary>Those of one job in the order of their versions.</summary>
    public required IReadOnlyList<JobChanged> Changes { get; init; }
}
