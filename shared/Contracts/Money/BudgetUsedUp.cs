namespace FineTunePipeline.Contracts.Money;

/// <summary>The next tick of a lease would cost more than the job's total budget: the job must pause, and its host be released. Told again at each tick until it is.</summary>
public sealed record BudgetUsedUp : IJobMessage
{
    public required string JobId { get; init; }

    public required string LeaseId { get; init; }

    /// <summary>One sentence for people, with what to change.</summary>
    public required string Message { get; init; }
}
