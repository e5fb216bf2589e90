using System.Text.Json;

namespace FineTunePipeline.Orchestrator.Provenance;

/// <summary>One line of the job's history, with the stage's own statement.</summary>
internal sealed record ProvenanceMoment(DateTimeOffset At, string Stage, int Attempt, string What, string? Detail, JsonElement? Statement);
