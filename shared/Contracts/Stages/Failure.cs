namespace FineTunePipeline.Contracts.Stages;

/// <summary>What went wrong.</summary>
/// <param name="Code">Short and stable, for programs: <c>dataset_empty</c>.</param>
/// <param name="Message">For people: what is wrong and what to change.</param>
/// <param name="Kind">What happens next depends on it.</param>
public sealed record Failure(string Code, string Message, FailureKind Kind)
{
    /// <summary>Nothing changes before a person does what <see cref="Message"/> says; the job waits, and tries again from time to time (<see cref="FailureKind.Budget"/>: it is paused).</summary>
    public bool NeedsPerson { get; init; }

    /// <summary>The last lines of a log, where they help; never secrets.</summary>
    public string? Evidence { get; init; }
}
