using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Training;

/// <summary>Folders and files of an attempt on the host; named by job and attempt, so that whoever comes later finds them.</summary>
internal sealed class TrainingFolders
{
    public TrainingFolders(StartTraining command)
    {
        Run = RunFolder.For(command.Prepared.Host.WorkFolder, command.JobId, "train", command.Attempt, "train");
        Attempt = Run[..Run.LastIndexOf('/')];
    }

    /// <summary>Everything of the attempt.</summary>
    public string Attempt { get; }

    /// <summary>The trainer's run folder.</summary>
    public string Run { get; }

    /// <summary>What the trainer writes.</summary>
    public string Output => Attempt + "/output";

    public string Configuration => Attempt + "/train.yaml";

    public string Log => Output + "/trainer_log.jsonl";

    public string Checkpoint(int step) => FormattableString.Invariant($"{Output}/checkpoint-{step}");
}
