using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Checkpoints;
using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>Counts steps and losses and writes them down: stdout, trainer_log.jsonl and the history in trainer_state.json.</summary>
internal sealed class TrainingJournal
{
    private const int RuntimeDigits = 4;
    private const int RateDigits = 3;

    private readonly TrainOptions _options;
    private readonly TrainingPlan _plan;
    private readonly long _computedParameters;
    private readonly TrainerLog _log;
    private readonly TrainerOutput _output;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly List<LogEntry> _history;
    private TrainingProgress _progress;

    /// <param name="options">The run's options.</param>
    /// <param name="plan">Its steps.</param>
    /// <param name="computedParameters">Weights outside the embedding.</param>
    /// <param name="progress">Where it begins.</param>
    /// <param name="history">What earlier runs logged.</param>
    /// <param name="log">The log file.</param>
    /// <param name="output">The console.</param>
    /// <param name="time">Clock.</param>
    public TrainingJournal(
        TrainOptions options,
        TrainingPlan plan,
        long computedParameters,
        TrainingProgress progress,
        IReadOnlyList<LogEntry> history,
        TrainerLog log,
        TrainerOutput output,
        TimeProvider time)
    {
        (_options, _plan, _computedParameters, _progress, _history) = (options, plan, computedParameters, progress, [.. history]);
        (_log, _output, _time, _started) = (log, output, time, time.GetTimestamp());
    }

    /// <summary>Optimizer steps done.</summary>
    public int Step => _progress.Step;

    private double Epoch => _plan.EpochAfter(Step);

    public void Count(StepLoss done) => _progress = _progress with
    {
        Step = Step + 1,
        LossSum = _progress.LossSum + done.Loss,
        LossSinceLog = _progress.LossSinceLog + done.Loss,
        TotalFlos = _progress.TotalFlos + (6.0 * done.PaddedTokens * _computedParameters),
    };

    public void LogLoss(StepLoss done)
    {
        var loss = _progress.LossSinceLog / (Step - _progress.LastLoggedStep);
        _progress = _progress with { LossSinceLog = 0, LastLoggedStep = Step };
        List<KeyValuePair<string, object?>> values =
            [new("loss", loss), new("grad_norm", done.GradientNorm), new("learning_rate", done.LearningRate), new("epoch", Epoch)];
        _output.Values(values);
        _history.Add(LogEntry.Of(Step, values));
        _log.Loss(Step, loss, done.LearningRate, Epoch);
    }

    public void LogEvaluation(IReadOnlyList<KeyValuePair<string, object?>> metrics)
    {
        List<KeyValuePair<string, object?>> values = [.. metrics, new("epoch", Epoch)];
        _output.Values(values);
        _history.Add(LogEntry.Of(Step, values));
        _log.EvalLoss(Step, (double)metrics[0].Value!, Epoch);
    }

    /// <summary>The summary of a training that is done. It counts what all its runs did, interrupted or not.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Finish()
    {
        var progress = Progress();
        var seconds = Math.Max(progress.Seconds, 1e-4);
        var samples = _options.Optimizer.MaxSteps > 0 ? (double)_plan.TotalSteps * _plan.SamplesPerStep : _plan.Samples * _options.Optimizer.Epochs;
        List<KeyValuePair<string, object?>> values =
        [
            new("train_runtime", Math.Round(seconds, RuntimeDigits)),
            new("train_samples_per_second", Math.Round(samples / seconds, RateDigits)),
            new("train_steps_per_second", Math.Round(_plan.TotalSteps / seconds, RateDigits)),
            new("train_loss", progress.LossSum / Math.Max(1, Step)),
            new("epoch", Epoch),
        ];
        _output.Values(values);
        values.Add(new("total_flos", progress.TotalFlos));
        _history.Add(LogEntry.Of(Step, values));
        return values;
    }

    /// <summary>The end mark of trainer_log.jsonl.</summary>
    public void LogEnd() => _log.End(Step, Epoch);

    public TrainingProgress Progress() => _progress with { Seconds = _progress.Seconds + _time.GetElapsedTime(_started).TotalSeconds };

    public TrainerState State() => new()
    {
        Step = Step,
        TotalSteps = _plan.TotalSteps,
        Epoch = Epoch,
        Epochs = _plan.Epochs,
        TotalFlos = _progress.TotalFlos,
        BatchSize = _options.Optimizer.BatchSize,
        LoggingSteps = Shown(_options.Output.Logging),
        EvalSteps = Shown(_options.Evaluation),
        SaveSteps = Shown(_options.Output.Saving),
        History = _history,
    };

    private static object Shown(Interval interval) => interval.Every < 1 ? interval.Every : (long)interval.Every;
}
