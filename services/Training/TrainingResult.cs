using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.Training.Checkpoints;
using FineTunePipeline.Training.Trainers;
using FineTunePipeline.Training.Watching;

namespace FineTunePipeline.Training;

/// <summary>Brings the result of a finished training into the store and reads it back: only then is training done.</summary>
internal sealed class TrainingResult(IArtifactStore store, BestCheckpoint best, TimeProvider time)
{
    /// <exception cref="StageException">The trainer ended well but its output folder does not hold a result.</exception>
    public async Task<TrainingCompleted> StoreAsync(
        StartTraining command, ITrainer trainer, IComputeHost host, TrainingFolders folders, TrainingHandle handle, WatchedRun run, CancellationToken cancellationToken)
    {
        var lora = command.Spec.Method == FineTuningMethod.Lora;
        var output = await host.CollectAsync(store, folders.Output, lora ? "adapter" : "model", CheckpointFolders.IsResult, cancellationToken);
        var manifest = await store.VerifyAsync(output, cancellationToken);
        RequireResult(manifest, lora ? "adapter_config.json" : "config.json");
        var settings = command.Spec.Hyperparameters;
        var state = settings.WatchesEvaluationLoss ? await StoredState.ReadAsync(store, manifest, cancellationToken) : null;
        if (settings.LoadBestModelAtEnd)
        {
            await best.RequireAsync(command.JobId, manifest, state?.BestStep, cancellationToken);
        }

        var statement = new TrainingStatement
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Trainer = command.Spec.Provider.Trainer,
            TrainerVersion = command.Prepared.TrainerVersion,
            Precision = trainer.Precision(command),
            Model = command.Inputs.KnownModel,
            Dataset = command.Inputs.Dataset,
            Hyperparameters = settings,
            Configuration = handle.Configuration,
            FromStep = handle.FromStep,
            ResumedFrom = handle.Resumed,
            CommittedSteps = run.CommittedSteps,
            Steps = run.Steps,
            PlannedSteps = run.PlannedSteps,
            Ending = Ending(settings, run),
            BestStep = state?.BestStep,
            BestLoss = state?.BestLoss,
            ResultOfStep = settings.LoadBestModelAtEnd ? state!.BestStep!.Value : run.Steps,
            FinalLoss = run.FinalLoss,
            Warnings = TrainingWarnings.Of(command.Spec.Stage, run),
            ExitCode = 0,
            Output = output,
            StartedAt = handle.StartedAt,
            EndedAt = time.GetUtcNow(),
        };
        return new TrainingCompleted
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Trained = new TrainedModel
            {
                Method = command.Spec.Method,
                Output = output,
                OutputFolder = folders.Output,
                Steps = run.Steps,
                FinalLoss = run.FinalLoss,
            },
            Warnings = statement.Warnings,
            Statement = await store.PutJsonAsync(statement, cancellationToken),
        };
    }

    private static string Ending(Hyperparameters settings, WatchedRun run) =>
        run.Steps >= run.PlannedSteps ? "all steps were done"
        : settings.EarlyStoppingSteps > 0 ? FormattableString.Invariant($"{settings.EarlyStoppingSteps} evaluations in a row brought no lower evaluation loss (early_stopping_steps)")
        : "the trainer ended by itself before all steps were done";

    /// <summary>Exit code 0 alone is no success: programs end with 0 for many reasons.</summary>
    private static void RequireResult(Manifest manifest, string configuration)
    {
        var weights = manifest.Files.Any(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal) && file.Bytes > 0);
        if (!weights || manifest.Files.All(file => file.Path != configuration))
        {
            throw StageException.Internal(
                "result_missing",
                $"The trainer ended with exit code 0, but its output folder holds no {(weights ? configuration : "weights")}.",
                string.Join('\n', manifest.Files.Select(file => file.Path)));
        }
    }
}
