using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Orchestrator.Provenance;

/// <summary>The account of a job: its inputs, outputs, digests, versions, decisions and costs.</summary>
internal sealed record ProvenanceDocument
{
    public int FormatVersion { get; init; } = 1;

    public required string JobId { get; init; }

    public required JobState State { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    public required string PipelineVersion { get; init; }

    public required JobSpec Spec { get; init; }

    public required Hyperparameters TrainedWith { get; init; }

    public JobInputs? Inputs { get; init; }

    /// <summary>Every file of the base model with its digest.</summary>
    public IReadOnlyList<ManifestFile> ModelFiles { get; init; } = [];

    /// <summary>Every file of the data with its digest.</summary>
    public IReadOnlyList<ManifestFile> DatasetFiles { get; init; } = [];

    public required JobResult Result { get; init; }

    public Failure? Failure { get; init; }

    public required IReadOnlyList<ProvenanceMoment> History { get; init; }

    public static async Task<ProvenanceDocument> CreateAsync(
        WriteProvenance request, IArtifactStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var history = new List<ProvenanceMoment>();
        foreach (var moment in request.Moments)
        {
            var statement = moment.Statement is null
                ? (JsonElement?)null
                : await ReadAsync<JsonElement>(store, moment.Statement, cancellationToken);
            history.Add(new ProvenanceMoment(moment.At, moment.Stage, moment.Attempt, moment.What, moment.Detail, statement));
        }

        return new ProvenanceDocument
        {
            JobId = request.JobId,
            State = request.State,
            SubmittedAt = request.SubmittedAt,
            WrittenAt = now,
            PipelineVersion = typeof(ProvenanceDocument).Assembly.GetName().Version?.ToString(3) ?? "unknown",
            Spec = request.Spec,
            TrainedWith = request.TrainedWith,
            Inputs = request.Inputs,
            ModelFiles = await FilesAsync(store, request.Inputs?.Model, cancellationToken),
            DatasetFiles = await FilesAsync(store, request.Inputs?.Dataset, cancellationToken),
            Result = request.Result with { Provenance = null },
            Failure = request.Failure,
            History = history,
        };
    }

    private static async Task<IReadOnlyList<ManifestFile>> FilesAsync(IArtifactStore store, ArtifactReference? manifest, CancellationToken cancellationToken) =>
        manifest is null ? [] : (await ReadAsync<Manifest>(store, manifest, cancellationToken)).Files;

    private static async Task<T> ReadAsync<T>(IArtifactStore store, ArtifactReference reference, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenAsync(reference.Sha256, cancellationToken);
        return await JsonSerializer.DeserializeAsync<T>(stream, Contracts.ContractJson.Options, cancellationToken)
            ?? throw new InvalidDataException($"The artifact {reference.Sha256} is empty.");
    }
}
