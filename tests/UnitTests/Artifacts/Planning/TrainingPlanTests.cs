using System.Text.Json;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Jobs;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts.Planning;

public sealed class TrainingPlanTests
{
    [Theory]
    [InlineData(10, 0, 4, 2, 3, 10, 0, 2, 6)]
    [InlineData(10, 0.1, 4, 2, 3, 9, 1, 2, 6)]
    [InlineData(10, 0.15, 1, 8, 1.5, 8, 2, 1, 2)]
    [InlineData(10, 3, 2, 1, 1, 7, 3, 4, 4)]
    [InlineData(10, 12, 2, 1, 1, 0, 10, 0, 0)]
    public void Counts_the_steps(int samples, double valSize, int batch, int accumulation, double epochs, int trained, int heldBack, int perEpoch, int steps)
    {
        var plan = Plan(
            new Hyperparameters { ValSize = valSize, PerDeviceTrainBatchSize = batch, GradientAccumulationSteps = accumulation, NumTrainEpochs = epochs }, samples);

        Assert.Equal((trained, heldBack, perEpoch, steps, batch * accumulation), (plan.Samples, plan.HeldBack, plan.StepsPerEpoch, plan.Steps, plan.SamplesPerStep));
    }

    [Fact]
    public void Takes_so_many_samples_of_each_file_and_so_many_steps_as_the_job_says()
    {
        var plan = Plan(new Hyperparameters { MaxSamples = 5, MaxSteps = 7, GradientAccumulationSteps = 1 }, 3, 20);

        Assert.Equal((8, 8, 7), (plan.Samples, plan.StepsPerEpoch, plan.Steps));
    }

    [Theory]
    [InlineData(TrainerNames.Builtin, "{}", null)]
    [InlineData(TrainerNames.LlamaFactory, """{"packing": false}""", "With several cards")]
    [InlineData(TrainerNames.LlamaFactory, """{"packing": true}""", "llamafactory.packing groups")]
    public void Says_why_it_may_be_another_number(string trainer, string own, string? why)
    {
        var spec = Spec(new Hyperparameters()) with
        {
            Provider = new ProviderSpec { Trainer = trainer },
            Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(own)!,
        };

        var unsure = TrainingPlan.Of(spec, Facts(10), tokens: null).Unsure;

        Assert.True(why is null ? unsure is null : unsure!.StartsWith(why, StringComparison.Ordinal), unsure);
    }

    /// <summary>Our own trainer has the same counting in its own words.</summary>
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(17, 4, 3, 2.5)]
    [InlineData(64, 8, 8, 3)]
    [InlineData(65, 8, 8, 0.3)]
    public void Is_what_the_trainer_counts(int samples, int batch, int accumulation, double epochs)
    {
        var options = CpuTrainer.TrainingPlanTests.Recorded with { BatchSize = batch, Accumulation = accumulation, Epochs = epochs };
        var counted = FineTunePipeline.CpuTrainer.Training.TrainingPlan.Of(samples, options);

        var plan = Plan(new Hyperparameters { PerDeviceTrainBatchSize = batch, GradientAccumulationSteps = accumulation, NumTrainEpochs = epochs }, samples);

        Assert.Equal((counted.StepsPerEpoch, counted.TotalSteps), (plan.StepsPerEpoch, plan.Steps));
    }

    private static TrainingPlan Plan(Hyperparameters settings, params long[] samples) => TrainingPlan.Of(Spec(settings), Facts(samples), tokens: null);

    private static JobSpec Spec(Hyperparameters settings) => new() { Model = "m", Dataset = "d", Hyperparameters = settings };

    private static DatasetFacts Facts(params long[] samples) => new() { SamplesByFile = samples, Skipped = 0, SkippedRecords = [] };
}
