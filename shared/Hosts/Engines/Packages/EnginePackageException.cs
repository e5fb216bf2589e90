using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Engines.Packages;

/// <summary>The engines for rented hosts could not be made here, which says nothing about a host.</summary>
/// <param name="message">For people: what is wrong and what to change.</param>
/// <param name="log">The last lines of what was tried; null if there is none.</param>
/// <param name="kind">Transient where only a package source was out of reach.</param>
public sealed class EnginePackageException(string message, string? log, FailureKind kind, Exception? inner = null) : Exception(message, inner), IStageFault
{
    public Failure Failure => new("engine_package", Message, kind) { Evidence = log };
}
