using System.Text.Json;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Evaluation.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Evaluation.Predicting;

/// <summary>
/// Perplexity on the expected answers of the general questions: e to the trainer's <c>eval_loss</c>, which is the mean over answers (batches of one) of the
/// mean over their tokens. It is compared with itself only, before and after.
/// </summary>
internal sealed class Perplexities(TrainerRuns trainer)
{
    private const int LargestResultBytes = 64 * 1024;

    public async Task<double?> MeasureAsync(IComputeHost host, EvaluateModel command, AskedModel model, CancellationToken cancellationToken)
    {
        var runFolder = EvaluationFolders.Run(command, "perplexity-" + model.Label);
        var output = runFolder + "/out";
        var yaml = TrainerConfig.For(command, model, QuestionFolder.GeneralQuestions, output)
            .Add("do_eval", true)
            .Add("per_device_eval_batch_size", 1);
        var config = await TrainerRuns.UploadAsync(host, EvaluationFolders.Questions(command), $"perplexity-{model.Label}.yaml", yaml, cancellationToken);
        await trainer.ToEndAsync(host, command.Prepared, runFolder, config, $"measuring the perplexity of the {model.Label} model", cancellationToken);
        return await ReadAsync(host, output + "/eval_results.json", cancellationToken);
    }

    /// <summary>null if the loss is not a finite number: a report cannot carry infinity, and the answers speak for themselves then.</summary>
    internal static async Task<double?> ReadAsync(IComputeHost host, string path, CancellationToken cancellationToken)
    {
        var bytes = await host.ReadAsync(path, 0, LargestResultBytes, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var loss = json.RootElement.GetProperty("eval_loss");
            var perplexity = loss.ValueKind == JsonValueKind.Number ? Math.Exp(loss.GetDouble()) : double.NaN;
            return double.IsFinite(perplexity) ? perplexity : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Python writes NaN as a bare word, which is no JSON.
            if (System.Text.Encoding.UTF8.GetString(bytes).Contains("\"eval_loss\": NaN", StringComparison.Ordinal))
            {
                return null;
            }

            throw StageException.Internal("perplexity_unreadable", $"The trainer's eval_results.json cannot be read: {exception.Message}");
        }
    }
}
