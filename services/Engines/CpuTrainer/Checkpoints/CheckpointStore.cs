using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.CpuTrainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>
/// Writes checkpoints into <c>tmp-checkpoint-N</c>, brings them to the disk and renames them to <c>checkpoint-N</c>: a folder of that name is complete.
/// </summary>
internal sealed class CheckpointStore(
    string outputFolder, ITrainedWeights weights, AdamW optimizer, ModelSideFiles sideFiles, string argumentsJson, int? limit, bool onlyModel, TrainerOutput output)
{
    /// <exception cref="TrainerException">A weight is no finite number: such a checkpoint would replace a good one.</exception>
    public void Save(TrainingProgress progress, TrainerState state, Tensor randomState)
    {
        RequireFiniteWeights(progress.Step);
        var target = CheckpointFiles.FolderOf(outputFolder, progress.Step);
        var unfinished = CheckpointFiles.UnfinishedFolderOf(outputFolder, progress.Step);
        try
        {
            Directory.CreateDirectory(unfinished);
            weights.Save(unfinished);
            sideFiles.CopyTo(unfinished);
            File.WriteAllText(Path.Combine(unfinished, CheckpointFiles.Arguments), argumentsJson);
            if (!onlyModel)
            {
                StateFile.Write(Path.Combine(unfinished, CheckpointFiles.Optimizer), OptimizerTensors());
                File.WriteAllText(Path.Combine(unfinished, CheckpointFiles.Scheduler), progress.ToJson());
                StateFile.Write(Path.Combine(unfinished, CheckpointFiles.Random), [("torch", randomState)]);
            }

            File.WriteAllText(Path.Combine(unfinished, TrainerState.FileName), state.ToJson());
            DiskSync.Folder(unfinished);
            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            Directory.Move(unfinished, target);
            DiskSync.Names(outputFolder);
        }
        catch
        {
            RemoveQuietly(unfinished);
            throw;
        }

        output.Info("checkpoints", $"Saved {target}");
        Prune();
    }

    /// <summary>Takes weights, optimizer and random state from a complete checkpoint.</summary>
    public TrainingProgress Restore(string folder)
    {
        var progress = TrainingProgress.Read(Path.Combine(folder, CheckpointFiles.Scheduler));
        weights.Restore(folder);
        StateFile.Restore(Path.Combine(folder, CheckpointFiles.Optimizer), OptimizerTensors());
        using var random = get_rng_state();
        StateFile.Restore(Path.Combine(folder, CheckpointFiles.Random), [("torch", random)]);
        set_rng_state(random);
        return progress;
    }

    private IReadOnlyList<(string Name, Tensor Tensor)> OptimizerTensors() =>
    [
        .. weights.Parameters.Select((parameter, index) => ("first." + parameter.Name, optimizer.First[index])),
        .. weights.Parameters.Select((parameter, index) => ("second." + parameter.Name, optimizer.Second[index])),
    ];

    private void RequireFiniteWeights(int step)
    {
        using var frozen = no_grad();
        foreach (var (name, tensor) in weights.Parameters)
        {
            using var scope = NewDisposeScope();
            if (!tensor.isfinite().all().item<bool>())
            {
                throw TrainerException.Value(
                    $"{name} is nan or inf after step {step}: no loss can be computed with it. No checkpoint was saved, the last one is kept.",
                    "Lower learning_rate, raise warmup_steps, or raise adam_epsilon.");
            }
        }
    }

    private void Prune()
    {
        foreach (var (_, folder) in CheckpointFiles.List(outputFolder).Skip(limit ?? int.MaxValue))
        {
            output.Info("checkpoints", $"Deleting {folder}: save_total_limit is {limit}");
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The error that led here is the one to report; a leftover is removed at the next start.</summary>
    private void RemoveQuietly(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException exception)
        {
            output.Diagnostic($"{folder} could not be removed: {exception.Message}");
        }
    }
}
