using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Checkpoints;
using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>Step after step, with logs, evaluations and checkpoints between them, to the end or to a stop request.</summary>
internal sealed class TrainingLoop
{
    private readonly TrainOptions _options;
    private readonly CausalLm _model;
    private readonly TrainingPlan _plan;
    private readonly StepSamples _samples;
    private readonly TrainingStep _step;
    private readonly CheckpointStore _checkpoints;
    private readonly Evaluator? _evaluator;
    private readonly TrainingJournal _journal;
    private readonly TrainerOutput _output;
    private readonly StopRequest _stop;

    public TrainingLoop(
        TrainOptions options,
        CausalLm model,
        TrainingPlan plan,
        StepSamples samples,
        TrainingStep step,
        CheckpointStore checkpoints,
        Evaluator? evaluator,
        TrainingJournal journal,
        TrainerOutput output,
        StopRequest stop)
    {
        (_options, _model, _plan, _samples, _step) = (options, model, plan, samples, step);
        (_checkpoints, _evaluator, _journal, _output, _stop) = (checkpoints, evaluator, journal, output, stop);
    }

    /// <exception cref="StoppedException">A stop was requested; a checkpoint of the last whole step is saved.</exception>
    public void Run()
    {
        var savedStep = _journal.Step;
        while (_journal.Step < _plan.TotalSteps)
        {
            // A step that is given up half-way has drawn dropout masks already: the state from before it belongs to the last whole step.
            using var random = get_rng_state().DetachFromDisposeScope();
            var (epoch, stepInEpoch) = _plan.Locate(_journal.Step);
            _model.Training = true;
            var done = _step.Run(_journal.Step, _samples.Of(epoch, stepInEpoch));
            _model.Training = false;
            if (done is null)
            {
                SaveAndStop(savedStep, random);
            }

            savedStep = AfterStep(done!, savedStep);
        }
    }

    private int AfterStep(StepLoss done, int savedStep)
    {
        _journal.Count(done);
        var step = _journal.Step;
        var (last, epochEnded) = (step == _plan.TotalSteps, _plan.EndsEpoch(step));
        _output.Bar("train", step, _plan.TotalSteps);
        if (_options.Output.Logging.Falls(step, _plan.TotalSteps, epochEnded) || (step == 1 && _options.Output.LogFirstStep))
        {
            _journal.LogLoss(done);
        }

        if (_evaluator is not null && (_options.Evaluation.Falls(step, _plan.TotalSteps, epochEnded) || (last && _options.Evaluation.Unit != IntervalUnit.Never)))
        {
            EvaluateOrStop(savedStep);
        }

        if (_options.Output.Saving.Falls(step, _plan.TotalSteps, epochEnded) || (last && _options.Output.Saving.Unit != IntervalUnit.Never))
        {
            using var random = get_rng_state().DetachFromDisposeScope();
            Save(random);
            return step;
        }

        return savedStep;
    }

    private void EvaluateOrStop(int savedStep)
    {
        try
        {
            _journal.LogEvaluation(_evaluator!.Evaluate(_model, batches => _output.Bar("eval", batches, _evaluator.Batches)));
        }
        catch (StoppedException)
        {
            using var random = get_rng_state().DetachFromDisposeScope();
            SaveAndStop(savedStep, random);
        }
    }

    private void SaveAndStop(int savedStep, Tensor random)
    {
        if (_journal.Step > 0 && savedStep != _journal.Step)
        {
            Save(random);
        }

        throw new StoppedException(_stop.ExitCode);
    }

    private void Save(Tensor random) => _checkpoints.Save(_journal.Progress(), _journal.State(), random);
}
