using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Train;

namespace FineTunePipeline.UnitTests.Training;

/// <summary>A job that is ready to train.</summary>
internal static class TrainingJob
{
    public const string Id = "ftjob-00000000000000000000000000000007";

    public static StartTraining Command(int attempt = 1, Hyperparameters? settings = null, FineTuningMethod method = FineTuningMethod.Lora) => new()
    {
        JobId = Id,
        Attempt = attempt,
        Spec = new JobSpec { Model = "model", Dataset = "data.json", Method = method, Hyperparameters = settings ?? new Hyperparameters { PerDeviceTrainBatchSize = 4 } },
        Inputs = new JobInputs
        {
            Model = new ArtifactReference(new string('a', 64), 1),
            Dataset = new ArtifactReference(new string('b', 64), 1),
            DatasetNames = "train",
        },
        Prepared = new PreparedHost
        {
            LeaseId = "lease",
            Host = new HostReference { Kind = "local", Address = "here", WorkFolder = "/work" },
            ModelFolder = "/work/model",
            DatasetFolder = "/work/data",
            TrainerVersion = "trainer 1",
        },
    };
}
