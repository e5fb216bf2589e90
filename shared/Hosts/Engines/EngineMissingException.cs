using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>An engine program is not where it should be; the message says what to build or to set. Never worth a retry.</summary>
public sealed class EngineMissingException(string message) : Exception(message), IStageFault
{
    public Failure Failure => new("engine_missing", Message, FailureKind.BadInput);
}
