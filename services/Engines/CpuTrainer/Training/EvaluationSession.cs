using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary><c>do_eval</c>: the loss of the model as it is now, into eval_results.json.</summary>
internal sealed class EvaluationSession(TrainOptions options, Evaluator evaluator, TrainerOutput output, TimeProvider time)
{
    /// <summary>Every so many batches an evaluation without training writes a line of its log, as LLaMA-Factory does.</summary>
    private const int LoggedBatches = 5;

    /// <param name="model">The model.</param>
    /// <param name="epoch">Epochs trained just before; the whole number 0 if none were.</param>
    public void Run(CausalLm model, object epoch)
    {
        var measured = options.DoTrain ? evaluator.Evaluate(model, batches => output.Bar("eval", batches, evaluator.Batches)) : EvaluateAlone(model);
        List<KeyValuePair<string, object?>> metrics = [.. measured, new("epoch", epoch)];
        output.Metrics("eval", metrics);
        ResultFiles.Write(options.Output.Folder, "eval", metrics);
    }

    private IReadOnlyList<KeyValuePair<string, object?>> EvaluateAlone(CausalLm model)
    {
        var path = Path.Combine(options.Output.Folder, "trainer_log.jsonl");
        if (options.Output.Overwrite)
        {
            File.Delete(path);
        }

        using var log = new TrainerLog(path, evaluator.Batches, firstStep: 0, time);
        var metrics = evaluator.Evaluate(model, batches =>
        {
            output.Bar("eval", batches, evaluator.Batches);
            if (batches % LoggedBatches == 0)
            {
                log.Progress(batches);
            }
        });
        log.EvalLoss(0, (double)metrics[0].Value!, epoch: 0);
        return metrics;
    }
}
