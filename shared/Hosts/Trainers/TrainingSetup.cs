using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Train;

namespace FineTunePipeline.Hosts.Trainers;

/// <summary>What a trainer's configuration is made from: the job, and what the host decides.</summary>
public sealed record TrainingSetup
{
    /// <summary>The job, with the settings to train with.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>As LLaMA-Factory's <c>dataset</c> key wants them.</summary>
    public required string DatasetNames { get; init; }

    /// <summary>Absolute folder of the base model on the host.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>Absolute folder of data and <c>dataset_info.json</c> on the host.</summary>
    public required string DatasetFolder { get; init; }

    /// <summary>Absolute folder on the host that the trainer writes.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Absolute folder of a checkpoint to go on from, below <see cref="OutputFolder"/>; null at the beginning.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>The host's own trainer, with its cards and their type; null: ours, or no host is known yet.</summary>
    public TrainerProgram? Trainer { get; init; }

    public static TrainingSetup Of(StartTraining command, string outputFolder, string? resumeFrom) => new()
    {
        Spec = command.Spec,
        DatasetNames = command.Inputs.DatasetNames,
        ModelFolder = command.Prepared.ModelFolder,
        DatasetFolder = command.Prepared.DatasetFolder,
        OutputFolder = outputFolder,
        ResumeFrom = resumeFrom,
        Trainer = command.Prepared.Trainer,
    };
}
