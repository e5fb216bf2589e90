using FineTunePipeline.Contracts.Provision;

namespace FineTunePipeline.Provisioning.Providers;

/// <summary>A host as its provider lists it.</summary>
/// <param name="Name">The name that we gave it.</param>
/// <param name="Reference">How to reach it.</param>
public sealed record ProvidedHost(string Name, HostReference Reference);
