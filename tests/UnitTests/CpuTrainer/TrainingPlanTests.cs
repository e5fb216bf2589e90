using System.Text.Json;
using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Training;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class TrainingPlanTests
{
    internal static readonly OptimizerOptions Recorded = new()
    {
        BatchSize = 4,
        Accumulation = 2,
        Epochs = 3,
        MaxSteps = -1,
        LearningRate = 1e-3,
        Schedule = "cosine",
        Warmup = 0,
        WarmupRatio = 0.1,
        WeightDecay = 0,
        Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = 1e-8,
        MaxGradNorm = 1,
    };

    [Fact]
    public void Has_the_steps_epochs_and_learning_rates_of_a_recorded_training()
    {
        var plan = TrainingPlan.Of(270, Recorded);
        var schedule = new LearningRateSchedule(Recorded, plan.TotalSteps);
        var golden = File.ReadLines(EnginePath.TestData("llamafactory", "trainer_log.jsonl")).Select(line => JsonElement.Parse(line)).ToList();

        Assert.Equal((68, 34, 102, 3), (plan.BatchesPerEpoch, plan.StepsPerEpoch, plan.TotalSteps, plan.Epochs));
        Assert.Equal(27, golden.Count);
        foreach (var line in golden)
        {
            var step = line.GetProperty("current_steps").GetInt32();
            Assert.Equal(line.GetProperty("epoch").GetDouble(), plan.EpochAfter(step));
            if (line.TryGetProperty("lr", out var rate))
            {
                // The rate that a step was done with is logged with it: step 5 is the fifth, four were done before.
                Assert.Equal(rate.GetDouble(), schedule.At(step - 1), 1e-18);
            }
        }
    }

    [Theory]
    [InlineData(17, 4, 2, 1.0, -1, 5, 3, 3)]
    [InlineData(16, 4, 2, 1.5, -1, 4, 2, 3)]
    [InlineData(3, 8, 4, 2.0, -1, 1, 1, 2)]
    [InlineData(270, 4, 2, 3.0, 10, 68, 34, 10)]
    [InlineData(5, 1, 8, 3.0, 7, 5, 1, 7)]
    public void Counts_steps_as_transformers_does(int samples, int batch, int accumulation, double epochs, int maxSteps, int batches, int perEpoch, int total)
    {
        var plan = TrainingPlan.Of(samples, Recorded with { BatchSize = batch, Accumulation = accumulation, Epochs = epochs, MaxSteps = maxSteps });

        Assert.Equal((batches, perEpoch, total), (plan.BatchesPerEpoch, plan.StepsPerEpoch, plan.TotalSteps));
        Assert.Equal(Math.Floor(plan.EpochAfter(perEpoch)), plan.EpochAfter(perEpoch));
    }

    [Fact]
    public void Ends_an_epoch_with_its_last_step_and_with_the_training()
    {
        var plan = TrainingPlan.Of(17, Recorded with { MaxSteps = 8 });

        Assert.Equal([3, 6, 8], Enumerable.Range(1, 8).Where(plan.EndsEpoch));
    }

    [Theory]
    [InlineData("linear", 0.1, 0, 0.0, 0.001, 0.0005)]
    [InlineData("constant", 0.1, 0, 0.001, 0.001, 0.001)]
    [InlineData("constant_with_warmup", 0.1, 0, 0.0, 0.001, 0.001)]
    [InlineData("cosine", 0.0, 10, 0.0, 0.001, 0.0005)]
    [InlineData("cosine", 0.0, 0.1, 0.0, 0.001, 0.0005)]
    public void Rises_to_the_peak_and_takes_the_chosen_course(string schedule, double ratio, double warmup, double first, double peak, double middle)
    {
        var rates = new LearningRateSchedule(Recorded with { Schedule = schedule, WarmupRatio = ratio, Warmup = warmup }, 110 - (schedule == "linear" ? 10 : 0));
        var total = schedule == "linear" ? 100 : 110;
        var end = schedule == "linear" || warmup is > 0 and < 1 ? (int)Math.Ceiling(total * 0.1) : schedule == "constant" ? 0 : warmup >= 1 ? 10 : 11;

        Assert.Equal(first, rates.At(0), 1e-12);
        Assert.Equal(peak, rates.At(end), 1e-12);
        Assert.Equal(middle, rates.At(end + ((total - end) / 2)), 1e-5);
    }

    [Theory]
    [InlineData(0.1, 102, 11)]
    [InlineData(5.0, 102, 5)]
    [InlineData(1.0, 102, 1)]
    public void Falls_due_by_steps_or_by_a_part_of_all(double every, int total, int expected) =>
        Assert.Equal(expected, new Interval(IntervalUnit.Steps, every).InSteps(total));
}
