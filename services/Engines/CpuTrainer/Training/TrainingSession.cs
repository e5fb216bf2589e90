using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Checkpoints;
using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;
using TorchSharp;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>A training from the folder's last checkpoint, or from the beginning, to its results.</summary>
internal sealed class TrainingSession(
    TrainOptions options,
    string argumentsJson,
    CausalLm model,
    ITrainedWeights weights,
    IReadOnlyList<TokenizedSample> samples,
    Evaluator? evaluator,
    TrainerOutput output,
    TimeProvider time,
    StopRequest stop)
{
    private const string LogName = "trainer_log.jsonl";

    private string Folder => options.Output.Folder;

    /// <returns>Epochs done, as a fraction.</returns>
    public double Run()
    {
        var plan = TrainingPlan.Of(samples.Count, options.Optimizer);
        var resumeFrom = ResumePoint.Find(options.Output, weights.FileName, output);
        PrepareFolder();
        Announce(plan);

        torch.manual_seed(options.Seed);
        using var optimizer = new AdamW(weights.Parameters, options.Optimizer);
        var sideFiles = new ModelSideFiles(options.ModelFolder);
        var checkpoints = new CheckpointStore(
            Folder, weights, optimizer, sideFiles, argumentsJson, options.Output.CheckpointLimit, options.Output.OnlyModel, output);
        var (progress, history) = Begin(resumeFrom, checkpoints, plan);

        using var log = new TrainerLog(Path.Combine(Folder, LogName), plan.TotalSteps, progress.Step, time);
        var journal = new TrainingJournal(options, plan, ComputedParameters(), progress, history, log, output, time);
        var step = new TrainingStep(model, optimizer, new LearningRateSchedule(options.Optimizer, plan.TotalSteps), stop);
        var order = new StepSamples(
            samples, options.Optimizer.BatchSize, options.Optimizer.Accumulation, options.Data.Seed, options.Data.Shuffle, options.Data.GroupByLength);
        new TrainingLoop(options, model, plan, order, step, checkpoints, evaluator, journal, output, stop).Run();

        weights.Save(Folder);
        sideFiles.CopyTo(Folder);
        DurableFile.WriteText(Path.Combine(Folder, CheckpointFiles.Arguments), argumentsJson);
        WriteResults(journal, alreadyDone: resumeFrom is not null && progress.Step >= plan.TotalSteps);
        journal.LogEnd();
        return plan.EpochAfter(journal.Step);
    }

    /// <summary>What an earlier training left is in the way only if this one starts anew.</summary>
    private void PrepareFolder()
    {
        CheckpointFiles.RemoveUnfinished(Folder);
        if (!options.Output.Overwrite || options.Output.ResumeFrom is not null)
        {
            return;
        }

        var logPath = Path.Combine(Folder, LogName);
        if (File.Exists(logPath))
        {
            output.Warn("train", "Previous trainer log in this folder will be deleted.");
            File.Delete(logPath);
        }

        // LLaMA-Factory leaves them, and a later run would go on from a checkpoint of the training before.
        foreach (var (_, folder) in CheckpointFiles.List(Folder))
        {
            output.Warn("train", $"{folder} of an earlier training will be deleted.");
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Announce(TrainingPlan plan) => output.Diagnostic(
        $"""
        ***** Running training *****
          Num examples = {plan.Samples}
          Num Epochs = {plan.Epochs}
          Num update steps per epoch = {plan.StepsPerEpoch}
          Instantaneous batch size per device = {options.Optimizer.BatchSize}
          Total train batch size (w. parallel, distributed & accumulation) = {plan.SamplesPerStep}
          Gradient Accumulation steps = {plan.Accumulation}
          Total optimization steps = {plan.TotalSteps}
        """);

    private (TrainingProgress Progress, IReadOnlyList<LogEntry> History) Begin(string? resumeFrom, CheckpointStore checkpoints, TrainingPlan plan)
    {
        var digest = DataDigest.Of(samples);
        if (resumeFrom is null)
        {
            return (new TrainingProgress { DataDigest = digest }, []);
        }

        var progress = checkpoints.Restore(resumeFrom);
        if (progress.DataDigest != digest)
        {
            output.Warn("train", "The training samples are not the ones that this checkpoint was trained on.");
        }

        output.Diagnostic($"Resuming training from checkpoint with epoch {plan.Locate(progress.Step).Epoch} and global step {progress.Step}");
        var history = TrainerState.Read(Path.Combine(resumeFrom, TrainerState.FileName)).History;
        return (progress with { DataDigest = digest }, history);
    }

    /// <summary>Weights outside the embedding: what each token is multiplied with.</summary>
    private long ComputedParameters() =>
        model.NamedParameters.Where(parameter => !parameter.Name.Contains("embed_tokens", StringComparison.Ordinal)).Sum(parameter => parameter.Tensor.numel())
        + (options.Lora ? weights.Parameters.Sum(parameter => parameter.Tensor.numel()) : 0);

    private void WriteResults(TrainingJournal journal, bool alreadyDone)
    {
        if (alreadyDone && File.Exists(ResultFiles.PathOf(Folder, "train")))
        {
            output.Info("train", "This training was done already: its results are left as they are.");
            return;
        }

        var metrics = journal.Finish();
        output.Metrics("train", metrics);
        ResultFiles.Write(Folder, "train", metrics);
        var state = journal.State();
        DurableFile.WriteText(Path.Combine(Folder, TrainerState.FileName), state.ToJson());
        if (options.Output.Plot)
        {
            Plot("loss", state.History);
            Plot("eval_loss", state.History);
        }
    }

    private void Plot(string key, IReadOnlyList<LogEntry> history)
    {
        if (LossPlot.Write(Folder, key, history) is { } path)
        {
            output.Line($"Figure saved at: {path}");
        }
    }
}
