namespace FineTunePipeline.Gateway.Apis;

/// <summary>What may be changed while a job is paused.</summary>
public sealed record ResumeRequest
{
    /// <summary>Highest cost of the whole job from now on, what is spent already included; 0: as much as its hosts cost until its deadline. Null: as it was.</summary>
    public decimal? BudgetTotal { get; init; }
}
