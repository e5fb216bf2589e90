using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Conversion.Gguf;
using FineTunePipeline.Conversion.Merging;
using FineTunePipeline.Conversion.Planning;
using FineTunePipeline.Conversion.Questions;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ServiceDefaults.Questions;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Conversion;

/// <summary>
/// Merges and converts where the weights lie, loads and asks each file, and stores what the job wants. Each engine call has a run folder of its own:
/// entered again, the stage reads the results of those that have ended and adopts the one that runs. The store names files by digest, so nothing goes twice.
/// </summary>
internal sealed class ConversionRunner(
    IHostConnector hosts,
    IArtifactStore store,
    ModelMerger merger,
    GgufFactory factory,
    FileQuestions asker,
    HostFiles files,
    KQuantFits fits,
    EngineVersions versions,
    IOptions<ConversionOptions> options,
    TimeProvider time) : IStageRunner<ConvertModel>
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    public async Task<IStageEvent> RunAsync(ConvertModel command, StageContext context, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var requested = command.Spec.Outputs.Gguf;
        var host = hosts.Connect(command.Prepared.Host);
        var folders = new ConversionFolders(command);
        var engineVersion = await versions.OfModelToolAsync(host, folders.Engines, cancellationToken);

        var merged = await merger.MergeAsync(host, command, folders, cancellationToken);
        var plan = ConversionPlan.For(requested, ConversionPlan.NeedsFit(requested) ? await fits.LoadAsync(command.Inputs.KnownModel, cancellationToken) : null);
        var questions = await LoadQuestionsAsync(host, command, folders, cancellationToken);

        var made = new List<ConvertedFile>();
        foreach (var type in plan.Native)
        {
            var file = await factory.WriteAsync(host, folders, merged.Folder, type, cancellationToken);
            if (requested.Contains(type))
            {
                made.Add(await FinishAsync(host, command, folders, file, questions, cancellationToken));
            }
        }

        foreach (var type in plan.Quantised)
        {
            var file = await factory.QuantiseAsync(host, folders, type, cancellationToken);
            made.Add(await FinishAsync(host, command, folders, file, questions, cancellationToken));
        }

        var converted = new ConvertedModel
        {
            Merged = merged.Manifest,
            Gguf = [.. made.Select(file => file.Output).OrderBy(output => requested.ToList().IndexOf(output.Type))],
            Refused = plan.Refused,
        };
        return new ModelConverted
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Converted = converted,
            Statement = await StateAsync(command, converted, made, engineVersion, started, cancellationToken),
        };
    }

    public async Task CancelAsync(ConvertModel command, StageContext context, CancellationToken cancellationToken)
    {
        var host = hosts.Connect(command.Prepared.Host);
        var folders = new ConversionFolders(command);
        foreach (var run in Runs(command))
        {
            await host.StopAsync(folders.Run(run), StopGrace, cancellationToken);
        }

        await host.DeleteAsync(folders.Attempt, cancellationToken);
    }

    private async Task<IReadOnlyList<Question>> LoadQuestionsAsync(
        IComputeHost host, ConvertModel command, ConversionFolders folders, CancellationToken cancellationToken)
    {
        if (!options.Value.AskQuestions || command.Spec.Outputs.Gguf.Count == 0)
        {
            return [];
        }

        var questions = await QuestionSets.LoadAsync(store, command.Inputs.Questions, QuestionSets.Judging, cancellationToken);
        if (questions.Count > 0)
        {
            await FileQuestions.UploadAsync(host, folders, questions, cancellationToken);
        }

        return questions;
    }

    /// <summary>Loaded once by llama.cpp, asked, stored.</summary>
    private async Task<ConvertedFile> FinishAsync(
        IComputeHost host,
        ConvertModel command,
        ConversionFolders folders,
        GgufFile file,
        IReadOnlyList<Question> questions,
        CancellationToken cancellationToken)
    {
        var check = await factory.CheckAsync(host, folders, file.Type, cancellationToken);
        var accuracy = questions.Count > 0
            ? await asker.AskAsync(host, folders, file.Type, questions, command.Spec.Evaluation.MaxNewTokens, cancellationToken)
            : new Dictionary<string, double>();
        var stored = await files.StoreAsync(host, folders.Gguf(file.Type), file.Sha256, file.Bytes, cancellationToken);
        var output = new GgufOutput(file.Type, FileNames.Gguf(command.Spec, command.JobId, file.Type), stored) { Accuracy = accuracy };
        return new ConvertedFile(output, check.Answer, [.. file.Warnings, .. file.Fallbacks]);
    }

    private Task<Contracts.Artifacts.ArtifactReference> StateAsync(
        ConvertModel command,
        ConvertedModel converted,
        IReadOnlyList<ConvertedFile> made,
        string engineVersion,
        DateTimeOffset started,
        CancellationToken cancellationToken) =>
        store.PutJsonAsync(
            new ConversionStatement
            {
                JobId = command.JobId,
                Attempt = command.Attempt,
                StartedAt = started,
                EndedAt = time.GetUtcNow(),
                EngineVersion = engineVersion,
                Model = command.Inputs.KnownModel,
                Trained = command.Trained.Output,
                Merged = converted.Merged,
                Files = made,
                Refused = converted.Refused,
            },
            cancellationToken);

    /// <summary>Every run folder that an attempt may have, whether it came so far or not.</summary>
    private static IEnumerable<string> Runs(ConvertModel command)
    {
        yield return "merge";
        foreach (var type in command.Spec.Outputs.Gguf.Append(ConversionPlan.Source).Distinct())
        {
            foreach (var verb in (string[])["gguf", "quantize", "check", "ask"])
            {
                yield return $"{verb}-{type}";
            }
        }
    }
}
