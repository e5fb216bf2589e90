using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Training;

/// <summary>Where an attempt works on the host.</summary>
/// <param name="Run">The run folder of the host contract.</param>
/// <param name="Output">What the trainer writes.</param>
/// <param name="Configuration">The trainer's configuration file.</param>
internal sealed record TrainingFolders(string Run, string Output, string Configuration)
{
    public static TrainingFolders For(StartTraining command)
    {
        string Folder(string name) => RunFolder.For(command.Prepared.Host.WorkFolder, command.JobId, "train", command.Attempt, name);
        return new TrainingFolders(Folder("run"), Folder("output"), Folder("train.yaml"));
    }
}
