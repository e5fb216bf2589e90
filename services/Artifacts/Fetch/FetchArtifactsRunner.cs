using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Models;
using FineTunePipeline.Artifacts.Questions;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Artifacts.Fetch;

/// <summary>
/// Brings model, data and questions into the store. What is hashed here is what the job trains on, whatever the files were when they were validated.
/// Entered again it reads everything again; the store keeps equal bytes once.
/// </summary>
internal sealed class FetchArtifactsRunner(IArtifactStore store, ModelStore models, DatasetSources datasets, WorkFolders workFolders, TimeProvider time)
    : IStageRunner<FetchArtifacts>
{
    public async Task<IStageEvent> RunAsync(FetchArtifacts command, StageContext context, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var spec = command.Spec;
        var faults = new FaultList();
        var model = await FetchModelAsync(spec.Model, faults, cancellationToken);
        var questions = await FetchQuestionsAsync(spec, faults, cancellationToken);
        var (dataset, names) = await FetchDatasetAsync(command, faults, cancellationToken);
        faults.ThrowIfAny();

        var inputs = new JobInputs { Model = model, Dataset = dataset!, DatasetNames = names, Questions = questions };
        var statement = new FetchStatement
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            StartedAt = started,
            EndedAt = time.GetUtcNow(),
            Sources = SourcesOf(spec),
            Inputs = inputs,
            Variables = [.. spec.Variables.Keys.Order(StringComparer.Ordinal)],
        };
        return new ArtifactsFetched
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Inputs = inputs,
            Statement = await store.PutJsonAsync(statement, cancellationToken),
        };
    }

    public Task CancelAsync(FetchArtifacts command, StageContext context, CancellationToken cancellationToken)
    {
        workFolders.Remove(command.JobId, Stage.Fetch, command.Attempt);
        return Task.CompletedTask;
    }

    /// <summary>null, without a fault, for a model that lies on the host: what it is, is known once a host has it.</summary>
    private async Task<ArtifactReference?> FetchModelAsync(string model, FaultList faults, CancellationToken cancellationToken)
    {
        if (HostModel.IsNamedBy(model))
        {
            return null;
        }

        if (InputReference.Parse(model) is not { } reference)
        {
            faults.Add("model_path", $"model: '{model}' is neither an absolute path nor artifact: and 64 hexadecimal digits.");
            return null;
        }

        if (reference.IsArtifact)
        {
            return await models.FindAsync(reference.Sha256!, faults, cancellationToken);
        }

        var folder = ModelFolder.Read(reference.LocalPath!, faults);
        return faults.IsEmpty ? await models.PutAsync(folder, cancellationToken) : null;
    }

    private async Task<IReadOnlyDictionary<string, ArtifactReference>> FetchQuestionsAsync(JobSpec spec, FaultList faults, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, ArtifactReference>(StringComparer.Ordinal);
        foreach (var source in QuestionSource.Of(spec.Evaluation, faults))
        {
            await using var stream = await source.OpenAsync(store, spec.Variables, faults, cancellationToken);
            if (stream is not null)
            {
                stored[source.Set] = await store.PutAsync(stream, cancellationToken);
            }
        }

        return stored;
    }

    private async Task<(ArtifactReference? Manifest, string Names)> FetchDatasetAsync(
        FetchArtifacts command, FaultList faults, CancellationToken cancellationToken)
    {
        using var work = workFolders.Create(command.JobId, Stage.Fetch, command.Attempt);
        var sources = await datasets.ResolveAsync(command.Spec.Dataset, faults, cancellationToken);
        var kind = StageData.Of(command.Spec.Stage);
        var folder = await DatasetFolderBuilder.BuildAsync(sources, command.Spec.Variables, kind, work.Folder("data"), faults, cancellationToken);
        return faults.IsEmpty ? (await store.PutFolderAsync(folder.Path, "dataset", cancellationToken), folder.Names) : (null, "");
    }

    private static Dictionary<string, string> SourcesOf(JobSpec spec)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal) { ["model"] = spec.Model, ["dataset"] = spec.Dataset };
        foreach (var source in QuestionSource.Of(spec.Evaluation, new FaultList()))
        {
            sources[source.Set] = source.Reference.ToString();
        }

        return sources;
    }
}
