using System.Text;
using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Models;
using FineTunePipeline.Artifacts.Questions;
using FineTunePipeline.Artifacts.Validate.LlamaFactory;
using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>Finds every fault of a job that can be found before money is spent, and tells all of them at once.</summary>
internal sealed class ValidateJobRunner(
    IArtifactStore store,
    ModelStore models,
    DatasetSources datasets,
    TokenCounter tokenCounter,
    ResourceCheck resources,
    WorkFolders workFolders,
    IOptions<ArtifactsOptions> options,
    TimeProvider time) : IStageRunner<ValidateJob>
{
    public async Task<IStageEvent> RunAsync(ValidateJob command, StageContext context, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        using var work = workFolders.Create(command.JobId, Stage.Validate, command.Attempt);
        var spec = command.Spec;
        var faults = new FaultList();
        SpecRules.Check(spec, options.Value, faults);
        LlamaFactoryKeys.Check(spec, faults);

        // Each part is judged by itself, so that a fault in one does not hide those of the others. What lies on a host is judged there, before it is trained.
        var isOnHost = HostModel.IsNamedBy(spec.Model);
        var model = isOnHost ? null : await CheckModelAsync(spec, work, faults, cancellationToken);
        var (data, dataset) = await CheckDatasetAsync(spec, work, faults, cancellationToken);
        var questions = await CheckQuestionsAsync(spec, faults, cancellationToken);
        if ((model is null && !isOnHost) || data is null || !faults.IsEmpty)
        {
            faults.ThrowIfAny();
            throw StageException.Internal("validate_silent", "The job was found unusable without a reason.");
        }

        LengthRules.CheckSamples(spec, dataset!, faults);
        var tokens = model is null || !TokenizeArguments.Can(spec) ? null : await tokenCounter.CountAsync(data, model.Folder, spec, faults, cancellationToken);
        var plan = TrainingPlan.Of(spec, dataset!, tokens);
        if (model is not null)
        {
            LengthRules.CheckTokens(spec, model, dataset!, plan, tokens, faults);
        }

        faults.ThrowIfAny();
        var estimate = model is null ? null : ResourceEstimate.Of(spec, model, tokens);
        if (estimate is not null)
        {
            resources.Check(spec, estimate, faults);
            faults.ThrowIfAny();
        }

        var report = new ValidationReport
        {
            Samples = dataset!.Samples,
            Skipped = dataset.Skipped,
            Tokens = tokens?.Tokens ?? 0,
            OverCutoff = tokens?.OverCutoff ?? 0,
            Parameters = model?.Parameters ?? 0,
            EstimatedMemoryBytes = estimate?.MemoryBytes ?? 0,
            EstimatedDiskBytes = estimate?.DiskBytes ?? 0,
            Warnings = JobWarnings.Of(spec, model, data, dataset, plan, tokens, questions.Values.Sum()),
        };
        var statement = new ValidationStatement
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            StartedAt = started,
            EndedAt = time.GetUtcNow(),
            Architecture = model?.Config.ModelType,
            Report = report,
            Plan = plan,
            Configuration = await PutTextAsync(PlannedConfiguration.Of(spec, data.Names), cancellationToken),
            Tokens = tokens,
            SkippedRecords = dataset.SkippedRecords,
            Questions = questions,
        };
        return new JobValidated
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Report = report,
            Configuration = statement.Configuration,
            Statement = await store.PutJsonAsync(statement, cancellationToken),
        };
    }

    public Task CancelAsync(ValidateJob command, StageContext context, CancellationToken cancellationToken)
    {
        workFolders.Remove(command.JobId, Stage.Validate, command.Attempt);
        return Task.CompletedTask;
    }

    private async Task<ArtifactReference> PutTextAsync(string text, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await store.PutAsync(content, cancellationToken);
    }

    private async Task<ModelFacts?> CheckModelAsync(JobSpec spec, WorkFolders.WorkFolder work, FaultList faults, CancellationToken cancellationToken)
    {
        var own = new FaultList();
        var facts = await ReadModelAsync(spec, work, own, cancellationToken);
        faults.AddAll(own);
        return facts;
    }

    private async Task<ModelFacts?> ReadModelAsync(JobSpec spec, WorkFolders.WorkFolder work, FaultList faults, CancellationToken cancellationToken)
    {
        if (InputReference.Parse(spec.Model) is not { } reference)
        {
            faults.Add("model_path", $"model: '{spec.Model}' is neither an absolute path nor artifact: and 64 hexadecimal digits.");
            return null;
        }

        var folder = reference.LocalPath;
        if (reference.IsArtifact)
        {
            if (await models.FindAsync(reference.Sha256!, faults, cancellationToken) is not { } manifest)
            {
                return null;
            }

            folder = work.Folder("model");
            await store.MaterializeAsync(manifest, folder, cancellationToken);
        }

        var listed = ModelFolder.Read(folder!, faults);
        return ModelInspection.Inspect(listed, makesGguf: spec.Outputs.Gguf.Count > 0, faults);
    }

    private async Task<(DatasetFolder? Folder, DatasetFacts? Facts)> CheckDatasetAsync(
        JobSpec spec, WorkFolders.WorkFolder work, FaultList faults, CancellationToken cancellationToken)
    {
        var own = new FaultList();
        var sources = await datasets.ResolveAsync(spec.Dataset, own, cancellationToken);
        foreach (var source in sources.Where(source => source.Bytes > options.Value.LargestDataFileBytes))
        {
            own.Add("dataset_huge", $"dataset: {source.Origin} has {ResourceCheck.Size(source.Bytes)}; at most "
                + $"{ResourceCheck.Size(options.Value.LargestDataFileBytes)} are read (Artifacts:LargestDataFileBytes).");
        }

        DatasetFolder? folder = null;
        DatasetFacts? facts = null;
        if (own.IsEmpty)
        {
            var kind = StageData.Of(spec.Stage);
            folder = await DatasetFolderBuilder.BuildAsync(sources, spec.Variables, kind, work.Folder("data"), own, cancellationToken);
            facts = DatasetCheck.Check(folder, kind, own, cancellationToken);
        }

        faults.AddAll(own);
        return (folder, facts);
    }

    private async Task<IReadOnlyDictionary<string, int>> CheckQuestionsAsync(JobSpec spec, FaultList faults, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var source in QuestionSource.Of(spec.Evaluation, faults))
        {
            await using var stream = await source.OpenAsync(store, spec.Variables, faults, cancellationToken);
            if (stream is not null)
            {
                counts[source.Set] = await QuestionCheck.CheckAsync(source, stream, faults, cancellationToken);
            }
        }

        return counts;
    }
}
