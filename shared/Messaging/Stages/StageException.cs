using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Ends an attempt with a failure that the saga decides upon by its kind.</summary>
public sealed class StageException(Failure failure, Exception? inner = null) : Exception(failure.Message, inner), IStageFault
{
    public Failure Failure { get; } = failure;

    /// <summary>The person must change something.</summary>
    public static StageException BadInput(string code, string message, string? evidence = null) =>
        new(new Failure(code, message, FailureKind.BadInput) { Evidence = evidence });

    /// <summary>May succeed when tried again.</summary>
    public static StageException Transient(string code, string message, Exception? inner = null) =>
        new(new Failure(code, message, FailureKind.Transient), inner);

    /// <summary>A fault of ours.</summary>
    public static StageException Internal(string code, string message, string? evidence = null) =>
        new(new Failure(code, message, FailureKind.Internal) { Evidence = evidence });
}
