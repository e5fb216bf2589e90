using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Evaluation.Judging;
using FineTunePipeline.Evaluation.Predicting;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ServiceDefaults.Questions;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Evaluation;

/// <summary>
/// Asks the base and the tuned model the same questions on the host where they lie, compares, and lets the gate speak. Entered again it adopts the
/// trainer runs that it finds and reads again those that have ended.
/// </summary>
internal sealed class EvaluationRunner(
    IHostConnector hosts,
    IArtifactStore store,
    Predictions predictions,
    Perplexities perplexities,
    IOptions<EvaluationOptions> options,
    TimeProvider time) : IStageRunner<EvaluateModel>
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    public async Task<IStageEvent> RunAsync(EvaluateModel command, StageContext context, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var questions = await QuestionSets.LoadAsync(store, command.Inputs.Questions, QuestionSets.All, cancellationToken);
        var report = await ReportAsync(command, questions, cancellationToken);
        var stored = await store.PutJsonAsync(report, cancellationToken);
        var statement = await store.PutJsonAsync(
            new EvaluationStatement
            {
                JobId = command.JobId,
                Attempt = command.Attempt,
                StartedAt = started,
                EndedAt = time.GetUtcNow(),
                TrainerVersion = command.Prepared.TrainerVersion,
                Model = command.Inputs.KnownModel,
                Trained = command.Trained.Output,
                Questions = command.Inputs.Questions,
                Report = stored,
                Summary = report.Summary,
            },
            cancellationToken);
        return new ModelEvaluated { JobId = command.JobId, Attempt = command.Attempt, Summary = report.Summary, Report = stored, Statement = statement };
    }

    public async Task CancelAsync(EvaluateModel command, StageContext context, CancellationToken cancellationToken)
    {
        var host = hosts.Connect(command.Prepared.Host);
        foreach (var run in EvaluationFolders.Runs)
        {
            await host.StopAsync(EvaluationFolders.Run(command, run), StopGrace, cancellationToken);
        }

        await host.DeleteAsync(EvaluationFolders.Attempt(command), cancellationToken);
    }

    private async Task<EvaluationReport> ReportAsync(EvaluateModel command, IReadOnlyList<Question> questions, CancellationToken cancellationToken)
    {
        IReadOnlyList<AnsweredQuestion> answered = [];
        double? perplexityBefore = null;
        double? perplexityAfter = null;
        if (questions.Count > 0)
        {
            var host = hosts.Connect(command.Prepared.Host);
            await QuestionFolder.UploadAsync(host, EvaluationFolders.Questions(command), questions, cancellationToken);
            var (basis, tuned) = (AskedModel.Base(command), AskedModel.Tuned(command));

            // One after the other: both would fight for the same cores or the same GPU memory.
            var before = await predictions.AskAsync(host, command, basis, questions, cancellationToken);
            var after = await predictions.AskAsync(host, command, tuned, questions, cancellationToken);
            answered = Scores.Compare(questions, before, after);
            if (options.Value.Perplexity && questions.Any(question => question.Set == "general"))
            {
                perplexityBefore = await perplexities.MeasureAsync(host, command, basis, cancellationToken);
                perplexityAfter = await perplexities.MeasureAsync(host, command, tuned, cancellationToken);
            }
        }

        var sets = Scores.BySet(answered);
        var (passed, verdict) = Gate.Judge(command.Spec.Evaluation, sets);
        var summary = new EvaluationSummary
        {
            Sets = sets,
            PerplexityBefore = perplexityBefore,
            PerplexityAfter = perplexityAfter,
            Passed = passed,
            Verdict = verdict,
        };
        return new EvaluationReport { JobId = command.JobId, Summary = summary, Questions = answered };
    }
}
