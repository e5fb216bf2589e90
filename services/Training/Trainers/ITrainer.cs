using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Training.Trainers;

/// <summary>
/// A program that trains on a host. It reads one configuration file and writes one output folder with LLaMA-Factory's files: <c>trainer_log.jsonl</c>,
/// <c>checkpoint-N/</c> and the result. A trainer that writes others translates. Nothing here touches the host.
/// </summary>
public interface ITrainer
{
    /// <summary>What <c>provider.trainer</c> in a job says, in lower case.</summary>
    string Name { get; }

    /// <summary>The type in which it computes and keeps the trained weights, as PyTorch names types; for the statement.</summary>
    string Precision { get; }

    /// <summary>The configuration file's text.</summary>
    /// <param name="outputFolder">Absolute folder on the host that the trainer writes.</param>
    /// <param name="resumeFrom">Absolute folder of a checkpoint to go on from, below <paramref name="outputFolder"/>; null at the beginning.</param>
    string Configuration(StartTraining command, string outputFolder, string? resumeFrom);

    /// <summary>How to start it.</summary>
    /// <param name="engineFolder"><see cref="Contracts.Prepare.PreparedHost.EngineFolder"/> of the host; null: the engines beside the service.</param>
    /// <param name="configuration">Absolute path of the configuration file on the host.</param>
    /// <exception cref="Hosts.Engines.EngineMissingException">The program is not there.</exception>
    HostCommand Command(string? engineFolder, string configuration);

    /// <summary>What an end that is no success means.</summary>
    Failure Explain(TrainerEnd end);
}
