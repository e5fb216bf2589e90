using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Engines.Installing;

/// <summary>Our engines do not run on a host: it could not unpack them, or lacks what they need. Another host may do.</summary>
/// <param name="message">For people: what the host said, and what to change.</param>
/// <param name="log">The last lines that it said.</param>
public sealed class EngineInstallException(string message, string log) : Exception(message), IStageFault
{
    /// <summary>The last lines that the host said; may be empty.</summary>
    public string Log => log;

    public Failure Failure => new("engine_install", Message, FailureKind.HostLost) { Evidence = log.Length > 0 ? log : null };
}
