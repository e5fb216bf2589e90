using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Training.Trainers;

/// <summary>
/// A program that trains. It writes <c>trainer_log.jsonl</c>, <c>checkpoint-N/</c> and its result into its output folder and ends with exit code 0
/// only when the result is whole.
/// </summary>
internal interface ITrainer
{
    /// <summary>Its configuration for a job.</summary>
    /// <param name="command">The job's settings and where its inputs lie on the host.</param>
    /// <param name="outputFolder">Absolute folder on the host, used by this attempt alone.</param>
    /// <param name="resumeFrom">Absolute folder of the checkpoint to go on from, or null.</param>
    TrainerYaml Configure(StartTraining command, string outputFolder, string? resumeFrom);

    /// <summary>The command that trains by a configuration file on the host.</summary>
    HostCommand Command(string configuration, TimeSpan timeLimit);

    /// <summary>What an end without success means.</summary>
    /// <param name="exitCode">Null if the trainer vanished without leaving one.</param>
    /// <param name="standardError">The end of its standard error.</param>
    StageException Explain(int? exitCode, string standardError);
}
