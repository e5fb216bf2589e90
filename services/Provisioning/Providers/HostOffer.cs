namespace FineTunePipeline.Provisioning.Providers;

/// <summary>What a host would cost.</summary>
/// <param name="HourlyPrice">From the moment of renting to the moment of release.</param>
/// <param name="Currency">CNY or USD; a provider that asks nothing takes the request's.</param>
/// <param name="Id">The provider's own name for what it offers; null if it has but one thing to offer.</param>
public sealed record HostOffer(decimal HourlyPrice, string Currency, string? Id = null);
