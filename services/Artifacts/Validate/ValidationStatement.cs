using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>What this stage read and decided, for the job's provenance.</summary>
internal sealed record ValidationStatement
{
    public Stage Stage => Stage.Validate;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>null, like <see cref="Tokens"/>, for a model that lies on the host.</summary>
    public required string? Architecture { get; init; }

    public required ValidationReport Report { get; init; }

    public required TrainingPlan Plan { get; init; }

    /// <summary>The trainer's configuration file as far as it is known without a host (YAML).</summary>
    public required ArtifactReference Configuration { get; init; }

    public required TokenFacts? Tokens { get; init; }

    /// <summary>Records that are skipped; the first fifty, with file and line.</summary>
    public required IReadOnlyList<string> SkippedRecords { get; init; }

    /// <summary>Questions by set.</summary>
    public required IReadOnlyDictionary<string, int> Questions { get; init; }
}
