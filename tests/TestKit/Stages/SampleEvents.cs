using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;

namespace FineTunePipeline.TestKit.Stages;

/// <summary>What stages tell when they end well, for those who play the services.</summary>
public static class SampleEvents
{
    public static readonly ArtifactReference Reference = new(new string('a', 64), 1);

    /// <summary>The event by which a stage tells that it ended well.</summary>
    public static IStageEvent Success(string jobId, Stage stage, int attempt, string leaseId = "lease-1") => stage switch
    {
        Stage.Validate => new JobValidated { JobId = jobId, Attempt = attempt, Report = Report(), Statement = Reference },
        Stage.Fetch => new ArtifactsFetched { JobId = jobId, Attempt = attempt, Inputs = Inputs(), Statement = Reference },
        Stage.Provision => new HostAcquired
        {
            JobId = jobId,
            Attempt = attempt,
            LeaseId = leaseId,
            Host = Host(),
            HourlyPrice = 0,
            Currency = "CNY",
            Statement = Reference,
        },
        Stage.Prepare => new HostPrepared { JobId = jobId, Attempt = attempt, Prepared = Prepared(), Statement = Reference },
        Stage.Train => new TrainingCompleted { JobId = jobId, Attempt = attempt, Trained = Trained(), Statement = Reference },
        Stage.Evaluate => new ModelEvaluated { JobId = jobId, Attempt = attempt, Summary = Summary(true), Report = Reference, Statement = Reference },
        Stage.Convert => new ModelConverted { JobId = jobId, Attempt = attempt, Converted = Converted(), Statement = Reference },
        Stage.Deploy => new ModelDeployed
        {
            JobId = jobId,
            Attempt = attempt,
            Target = "embedded",
            Endpoint = "http://127.0.0.1:1/v1",
            ModelName = "m",
            Type = "q8_0",
            Statement = Reference,
        },
        _ => new HostReleased { JobId = jobId, Attempt = attempt, LeaseId = leaseId, Cost = 0, Currency = "CNY", Statement = Reference },
    };

    public static JobSpec Spec() => new() { Model = "/model", Dataset = "/data.json" };

    public static EvaluationSummary Summary(bool passed) =>
        new() { Sets = new Dictionary<string, SetScore>(), Passed = passed, Verdict = passed ? "Good." : "Taught accuracy 0.1 is below 0.8." };

    public static ValidationReport Report() => new()
    {
        Samples = 1,
        Skipped = 0,
        Tokens = 1,
        OverCutoff = 0,
        Parameters = 1,
        EstimatedDiskBytes = 1,
        EstimatedMemoryBytes = 1,
    };

    public static JobInputs Inputs() => new() { Model = Reference, Dataset = Reference, DatasetNames = "data" };

    public static HostReference Host() => new() { Kind = "local", Address = "here", WorkFolder = "/work" };

    public static PreparedHost Prepared() => new() { LeaseId = "lease-1", Host = Host(), ModelFolder = "/m", DatasetFolder = "/d", TrainerVersion = "1" };

    public static TrainedModel Trained() => new() { Method = FineTuningMethod.Lora, Output = Reference, OutputFolder = "/o", Steps = 1 };

    public static ConvertedModel Converted() => new() { Merged = Reference, Gguf = [new GgufOutput("q8_0", "m-q8_0.gguf", Reference)] };
}
