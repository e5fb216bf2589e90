namespace FineTunePipeline.Contracts.Jobs;

/// <summary>A paused job goes on, and one that waits for a person tries again now. Harmless for any other.</summary>
public sealed record ResumeJob : IJobMessage
{
    public required string JobId { get; init; }

    /// <summary>The total budget from now on, as <see cref="BudgetSpec.Total"/>, with what is spent already; null: as it was.</summary>
    public decimal? BudgetTotal { get; init; }
}
