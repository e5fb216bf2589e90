namespace FineTunePipeline.Provisioning.Providers;

/// <summary>What host is wanted.</summary>
/// <param name="JobId">For whom.</param>
/// <param name="HourlyPriceCap">Highest price per hour.</param>
/// <param name="Currency">Of the price: CNY or USD.</param>
/// <param name="Avoid">Offers (<see cref="HostOffer.Id"/>) that the job had before and that did not pass its test, and what the test found.</param>
public sealed record HostRequest(string JobId, decimal HourlyPriceCap, string Currency, IReadOnlyDictionary<string, string> Avoid);
