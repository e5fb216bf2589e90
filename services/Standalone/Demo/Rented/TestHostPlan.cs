namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>What a test host is said to be.</summary>
/// <param name="Name">In the pool.</param>
/// <param name="HourlyPrice">In CNY.</param>
internal sealed record TestHostPlan(string Name, decimal HourlyPrice);
