using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Training;

/// <summary>What an attempt notes before it starts a trainer, for an entry that follows a crash.</summary>
/// <param name="FromStep">Step of the checkpoint that it goes on from; 0 at the beginning.</param>
/// <param name="ExpectedSteps">Steps of the whole training as that checkpoint has them; null at the beginning.</param>
/// <param name="Resumed">The checkpoint.</param>
/// <param name="Configuration">The stored configuration file.</param>
/// <param name="StartedAt">When the attempt began.</param>
/// <param name="Share">Of the host's cards, where it has more or fewer than the checkpoint was written on; null: all of them, as the job says.</param>
internal sealed record TrainingHandle(int FromStep, int? ExpectedSteps, ArtifactReference? Resumed, ArtifactReference Configuration, DateTimeOffset StartedAt, CardShare? Share = null)
{
    public string Write() => JsonSerializer.Serialize(this);

    public static TrainingHandle? Read(string? text) => text is null ? null : JsonSerializer.Deserialize<TrainingHandle>(text);
}
