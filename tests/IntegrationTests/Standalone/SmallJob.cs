using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A good job that takes seconds: the shipped model, a few steps, one file, nothing asked and nothing deployed.</summary>
internal static class SmallJob
{
    public static JobSpec Spec { get; } = new()
    {
        Name = "small",
        Model = InRepository("models", "demo-base"),
        Dataset = InRepository("examples", "demo", "persona.json"),
        Variables = new Dictionary<string, string> { ["name"] = "Ada", ["author"] = "Forge Lab" },
        Hyperparameters = new Hyperparameters
        {
            MaxSteps = 2,
            PerDeviceTrainBatchSize = 2,
            GradientAccumulationSteps = 1,
            CutoffLen = 40,
            LoraRank = 4,
            LoggingSteps = 1,
            SaveSteps = 1000,
        },
        Outputs = new OutputSpec { Merged = false, Gguf = ["f16"] },
        Deploy = new DeploySpec { Target = "none" },
    };

    /// <summary>The same without a GGUF file.</summary>
    public static JobSpec Shortest { get; } = Spec with { Outputs = new OutputSpec { Merged = false, Gguf = [] } };

    /// <summary>Trains long enough to be disturbed.</summary>
    public static JobSpec Long(int steps, int saveSteps) =>
        Shortest with { Hyperparameters = Spec.Hyperparameters with { MaxSteps = steps, SaveSteps = saveSteps, PerDeviceTrainBatchSize = 8 } };

    public static string InRepository(params string[] parts) => Path.Combine([EnginePath.RepositoryRoot(), .. parts]);
}
