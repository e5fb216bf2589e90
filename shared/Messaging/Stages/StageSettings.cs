using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>How one stage runs in this process.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Concurrency">Attempts this instance works on at once.</param>
internal sealed record StageSettings<TCommand>(Stage Stage, int Concurrency);
