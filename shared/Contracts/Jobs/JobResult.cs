using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Evaluate;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>What a job has left so far.</summary>
public sealed record JobResult
{
    /// <summary>Files of the result: adapter, merged model, GGUFs, reports.</summary>
    public IReadOnlyList<ResultFile> Files { get; init; } = [];

    public EvaluationSummary? Evaluation { get; init; }

    /// <summary>Base address of the deployed model's OpenAI-compatible API; null if none was deployed.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Name by which the deployed model answers.</summary>
    public string? ModelName { get; init; }

    /// <summary>The job's provenance document (JSON).</summary>
    public ArtifactReference? Provenance { get; init; }
}
