using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;

namespace FineTunePipeline.Training.Trainers;

/// <summary>
/// A program that trains on a host. It reads one configuration file (<see cref="FineTunePipeline.Hosts.Trainers.TrainingYaml"/>) and writes one output folder with LLaMA-Factory's files: <c>trainer_log.jsonl</c>,
/// <c>checkpoint-N/</c> and the result. A trainer that writes others translates. Nothing here touches the host.
/// </summary>
public interface ITrainer
{
    /// <summary>What <c>provider.trainer</c> in a job says, in lower case.</summary>
    string Name { get; }

    /// <summary>The type in which it computes, as PyTorch names types; for the statement.</summary>
    string Precision(StartTraining command);

    /// <summary>Asked to end (SIGTERM) it saves a checkpoint first; else only what it saved by itself is there.</summary>
    bool SavesWhenAsked { get; }

    /// <summary>What an end that is no success means.</summary>
    Failure Explain(TrainerEnd end);
}
