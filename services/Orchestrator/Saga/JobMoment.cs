using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>One thing that happened to a job.</summary>
/// <param name="At">When the orchestrator learnt of it.</param>
/// <param name="Stage">The stage in lower case, or <c>job</c>.</param>
/// <param name="Attempt">Attempt of the stage; 0 for the job.</param>
/// <param name="What">begun, succeeded, failed, cancelled, retry …</param>
/// <param name="Detail">One sentence, or null.</param>
/// <param name="Statement">The stage's own account, if it gave one.</param>
public sealed record JobMoment(DateTimeOffset At, string Stage, int Attempt, string What, string? Detail = null, ArtifactReference? Statement = null);
