namespace FineTunePipeline.Provisioning.Providers;

/// <summary>What host is wanted.</summary>
/// <param name="JobId">For whom.</param>
/// <param name="HourlyPriceCap">Highest price per hour.</param>
/// <param name="Currency">Of the price: CNY or USD.</param>
public sealed record HostRequest(string JobId, decimal HourlyPriceCap, string Currency);
