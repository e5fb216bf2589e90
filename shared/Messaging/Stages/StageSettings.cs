using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>How one stage runs in this process.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Concurrency">Attempts this instance works on at once.</param>
/// <param name="KeepTrying">
/// A failure is told (as an alarm) but does not end the attempt: it is tried again for ever. For release: what is not released is billed.
/// </param>
internal sealed record StageSettings<TCommand>(Stage Stage, int Concurrency, bool KeepTrying);
