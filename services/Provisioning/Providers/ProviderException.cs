using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Provisioning.Providers;

/// <summary>A provider could not do what was asked.</summary>
/// <param name="code">Short and stable.</param>
/// <param name="message">For people: what is wrong and what to change.</param>
/// <param name="kind">Capacity when there is no host now; BadInput when the person must change something; Transient otherwise.</param>
/// <param name="needsPerson">See <see cref="Failure.NeedsPerson"/>.</param>
public sealed class ProviderException(string code, string message, FailureKind kind, Exception? inner = null, bool needsPerson = false) : Exception(message, inner), IStageFault
{
    public string Code { get; } = code;

    public FailureKind Kind { get; } = kind;

    public Failure Failure => new(Code, Message, Kind) { NeedsPerson = needsPerson };
}
