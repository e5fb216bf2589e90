using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>A host whose memory is too small for the job's micro-batch, measured before with memory enough.</summary>
public sealed class LlamaFactoryMemoryTests : LlamaFactoryHome
{
    private const int Batch = 8;
    private const int Steps = 6;

    [Fact]
    public async Task A_training_that_is_too_large_for_the_memory_takes_the_same_steps_to_the_same_losses_with_a_smaller_micro_batch()
    {
        using var wide = MemoryGroup.TryMake();
        using var half = MemoryGroup.TryMake();
        using var narrow = MemoryGroup.TryMake();
        Assert.SkipWhen(wide is null || half is null || narrow is null, "no memory cgroup can be made here (it needs root and a writable /sys/fs/cgroup)");
        await StartAsync(LlamaFactoryTool.Settings(LlamaFactoryTool.ThatTrainsIn(Folder.Path, Folder.At("group"))));
        await Home.AddAsync("gpu-1");

        var (whole, most) = await RunAsync(Job(Batch, 1, Steps), wide);
        var (_, less) = await RunAsync(Job(Batch / 2, 2, 1), half);
        narrow.Limit((most + less) / 2);
        var (relieved, _) = await RunAsync(Job(Batch, 1, Steps), narrow);

        TestContext.Current.SendDiagnosticMessage($"{most >> 20} MiB with a micro-batch of {Batch}, {less >> 20} with half of it; limit {(most + less) / 2 >> 20}");
        Assert.Contains(
            await Home.Gateway.HistoryAsync(relieved.Id), stored => stored.Change?.Message.StartsWith("Training failed (Training does not fit into the host's memory", StringComparison.Ordinal) == true);
        var trainedWith = (await Home.Gateway.ResultJsonAsync(relieved.Id, "provenance.json")).GetProperty("trained_with");
        var micro = trainedWith.GetProperty("per_device_train_batch_size").GetInt32();
        Assert.InRange(micro, 1, Batch / 2);
        Assert.Equal(Batch, micro * trainedWith.GetProperty("gradient_accumulation_steps").GetInt32());
        var (expected, actual) = (await LossesAsync(whole), await LossesAsync(relieved));
        Assert.Equal((Steps, Steps), (expected.Keys.Last(), actual.Keys.Last()));
        Assert.All(expected.Keys.Intersect(actual.Keys), step => Assert.InRange(actual[step], expected[step] * 0.98, expected[step] * 1.02));
    }

    /// <summary>The job, which must succeed, and the most memory that its trainings took.</summary>
    private async Task<(JobView Job, long PeakBytes)> RunAsync(JobSpec spec, MemoryGroup group)
    {
        Folder.Write("group", group.Members);
        var job = await Home.Gateway.RunAsync(spec);
        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message + "\n" + job.Failure?.Evidence);
        return (job, group.PeakBytes());
    }

    /// <summary>Samples so long that a micro-batch is what takes the memory.</summary>
    private JobSpec Job(int batch, int accumulation, int steps)
    {
        var text = string.Concat(Enumerable.Repeat("The snow is white and the sky is blue. ", 60));
        var data = Folder.Write("data.jsonl", string.Concat(Enumerable.Range(1, 64).Select(number => JsonSerializer.Serialize(new { instruction = $"Tell {number}", output = text }) + "\n")));
        return Job(SmallJob.Shortest) with
        {
            Dataset = data,
            Hyperparameters = SmallJob.Spec.Hyperparameters with
            {
                MaxSteps = steps,
                PerDeviceTrainBatchSize = batch,
                GradientAccumulationSteps = accumulation,
                CutoffLen = 512,
            },
        };
    }

    /// <summary>By steps, in their order; those that were looked at.</summary>
    private async Task<SortedDictionary<int, double>> LossesAsync(JobView job) => new(
        (await Home.Gateway.HistoryAsync(job.Id)).Where(stored => stored.Type == "progress" && stored.Data.TryGetProperty("loss", out _))
        .GroupBy(stored => stored.Data.GetProperty("step").GetInt32()).ToDictionary(step => step.Key, step => step.Last().Data.GetProperty("loss").GetDouble()));
}
