using System.Text.Json.Serialization;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Contracts.Fetch;

/// <summary>References to everything a job reads.</summary>
public sealed record JobInputs
{
    /// <summary>
    /// <see cref="Manifest"/> of the base model's folder. null for one that lies on the host (<see cref="HostModel"/>), until a host was prepared with it; from
    /// then on every host must have these files.
    /// </summary>
    public required ArtifactReference? Model { get; init; }

    /// <summary><see cref="Model"/>, for stages after the preparation.</summary>
    /// <exception cref="InvalidOperationException">It is not known yet.</exception>
    [JsonIgnore]
    public ArtifactReference KnownModel => Model ?? throw new InvalidOperationException("No host was prepared yet, and the model lies there.");

    /// <summary>
    /// <see cref="Manifest"/> of the data folder: the data files with placeholders filled in, and the <c>dataset_info.json</c> that describes them.
    /// </summary>
    public required ArtifactReference Dataset { get; init; }

    /// <summary>Names of the data sets inside <c>dataset_info.json</c>, comma-separated, as LLaMA-Factory's <c>dataset</c> key wants them.</summary>
    public required string DatasetNames { get; init; }

    /// <summary>Question files by set (taught, general, taught_fresh, general_fresh), placeholders filled in; empty if the job asks nothing.</summary>
    public IReadOnlyDictionary<string, ArtifactReference> Questions { get; init; } = new Dictionary<string, ArtifactReference>();
}
