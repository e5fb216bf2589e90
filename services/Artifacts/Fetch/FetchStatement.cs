using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Artifacts.Fetch;

/// <summary>What this stage read and stored, for the job's provenance.</summary>
internal sealed record FetchStatement
{
    public Stage Stage => Stage.Fetch;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Where the bytes came from, as the job names it.</summary>
    public required IReadOnlyDictionary<string, string> Sources { get; init; }

    public required JobInputs Inputs { get; init; }

    /// <summary>Keys whose placeholders were filled in.</summary>
    public required IReadOnlyList<string> Variables { get; init; }
}
