using System.ComponentModel;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Limits of money and time. Nothing is rented above them.</summary>
public sealed record BudgetSpec
{
    [Description("Highest price per hour of a host, in currency. 0: only hosts that cost nothing, such as this computer.")]
    public decimal HourlyPriceCap { get; init; }

    [Description("Highest cost of the whole job, in currency. 0: as much as its hosts cost until its deadline.")]
    public decimal Total { get; init; }

    [Description("CNY or USD.")]
    public string Currency { get; init; } = "CNY";

    [Description("Longest duration of the whole job, as hh:mm:ss (days before a dot: 1.06:00:00).")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromHours(24);
}
