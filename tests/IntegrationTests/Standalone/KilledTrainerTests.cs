using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A trainer that is killed costs the job an attempt, not its work.</summary>
public sealed class KilledTrainerTests(ServedHome home) : IClassFixture<ServedHome>, IDisposable
{
    private const long LeftBytes = 30 << 20;
    private readonly TemporaryFolder _files = new();

    [Fact]
    public async Task A_killed_trainer_goes_on_from_the_last_committed_checkpoint()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Long(steps: 40, saveSteps: 8));
        var trainer = await home.ProcessAsync("finetune-trainer", "train", $"{jobId}/train-1");
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");
        await StandaloneProgram.SignalAsync(trainer.Pid, "KILL");

        var job = await home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await home.Gateway.HistoryAsync(jobId);
        Assert.Contains(history, stored => stored.Change?.Message.StartsWith("Training failed (The trainer was killed from outside", StringComparison.Ordinal) == true);
        var committed = history.Where(stored => stored.Type == "checkpoint" && stored.Data.GetProperty("attempt").GetInt32() == 1)
            .Max(stored => stored.Data.GetProperty("step").GetInt32());
        Assert.Contains(history, stored => stored.Change?.Message == $"Training goes on from step {committed}");
        Assert.All(history.Where(stored => stored.Type == "progress"), stored => Assert.Equal(40, stored.Data.GetProperty("total_steps").GetInt32()));
        var statement = await StatementAsync(jobId, "train");
        Assert.Equal((2, committed, 40), (Number(statement, "attempt"), Number(statement, "from_step"), Number(statement, "steps")));
        Assert.True(statement.TryGetProperty("resumed_from", out _), statement.ToString());
        await home.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_killed_supervisor_costs_no_step_that_was_committed()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Long(steps: 20, saveSteps: 8));
        var supervisor = await home.ProcessAsync("finetune-supervise", null, $"{jobId}/train-1");
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");
        await StandaloneProgram.SignalAsync(supervisor.Pid, "KILL");

        var job = await home.Gateway.EndAsync(jobId);

        // The trainer goes on alone to its end; that it ended well nobody can say, so a second attempt proves it from the last checkpoint.
        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await home.Gateway.HistoryAsync(jobId);
        Assert.Contains(history, stored => stored.Change?.Message.Contains("left no exit code: it was killed with its supervisor", StringComparison.Ordinal) == true);
        var statement = await StatementAsync(jobId, "train");
        Assert.Equal((2, 20), (Number(statement, "attempt"), Number(statement, "steps")));
        Assert.InRange(Number(statement, "from_step"), 8, 20);
        await home.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_trainer_without_memory_goes_on_with_half_the_micro_batch_and_the_same_global_batch() => await RelievedAsync(LimitMemoryAsync);

    [Fact]
    public async Task A_trainer_that_the_system_killed_for_memory_goes_on_with_half_the_micro_batch()
    {
        using var group = MemoryGroup.TryMake();
        Assert.SkipWhen(group is null, "no memory cgroup can be made here (it needs root and a writable /sys/fs/cgroup)");
        await RelievedAsync(pid =>
        {
            group.Confine(pid, bytes: 8 << 20);
            return Task.CompletedTask;
        });
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Takes the trainer's memory away in mid-training; the job must go on with a smaller micro-batch and the same global batch.</summary>
    private async Task RelievedAsync(Func<int, Task> takeMemory)
    {
        // Samples so long that the logits of a micro-batch, 37 MB, are memory that the system is asked for in each step.
        var text = string.Concat(Enumerable.Repeat("The snow is white and the sky is blue. ", 60));
        var data = _files.Write("data.jsonl", string.Concat(Enumerable.Repeat(JsonSerializer.Serialize(new { instruction = "Tell", output = text }) + "\n", 64)));
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Shortest with
        {
            Dataset = data,
            Hyperparameters = SmallJob.Spec.Hyperparameters with { MaxSteps = 3, PerDeviceTrainBatchSize = 16, GradientAccumulationSteps = 1, CutoffLen = 256 },
        });
        var trainer = await home.ProcessAsync("finetune-trainer", "train", $"{jobId}/train-1");
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");
        await takeMemory(trainer.Pid);

        var job = await home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await home.Gateway.HistoryAsync(jobId);
        Assert.Contains(
            history, stored => stored.Change?.Message.StartsWith("Training failed (Training does not fit into the host's memory", StringComparison.Ordinal) == true);
        Assert.All(history.Where(stored => stored.Type == "progress"), stored => Assert.Equal(3, stored.Data.GetProperty("total_steps").GetInt32()));
        var provenance = await home.Gateway.ResultJsonAsync(jobId, "provenance.json");
        var trainedWith = provenance.GetProperty("trained_with");
        Assert.Equal((8, 2), (Number(trainedWith, "per_device_train_batch_size"), Number(trainedWith, "gradient_accumulation_steps")));
        Assert.Contains(
            provenance.GetProperty("history").EnumerateArray(),
            moment => moment.GetProperty("what").GetString() == "relieved" && moment.GetProperty("detail").GetString() == "micro-batch 8, accumulation 2");
        await home.AssertNothingLeftAsync();
    }

    private async Task<JsonElement> StatementAsync(string jobId, string stage)
    {
        var history = (await home.Gateway.ResultJsonAsync(jobId, "provenance.json")).GetProperty("history").EnumerateArray();
        return history.Single(moment => moment.GetProperty("stage").GetString() == stage && moment.TryGetProperty("statement", out _)).GetProperty("statement");
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>
    /// Leaves the process a little less memory than a step takes at its peak: what is large is refused, what is small is not. The size swings with
    /// every step, so the limit follows the smallest that is seen, until the process has ended.
    /// </summary>
    private static async Task LimitMemoryAsync(int pid)
    {
        var smallest = long.MaxValue;
        await GatewayCalls.UntilAsync(
            async () =>
            {
                if (SizeOf(pid) is not { } size)
                {
                    return true;
                }

                if (size < smallest)
                {
                    smallest = size;
                    using var limit = Process.Start("prlimit", [$"--pid={pid}", $"--as={size + LeftBytes}"]);
                    await limit.WaitForExitAsync();
                }

                return false;
            },
            () => "the end of a trainer without memory");
    }

    private static long? SizeOf(int pid)
    {
        try
        {
            // The first field is the size of the address space in pages; a process that has ended has none.
            var pages = long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[0], CultureInfo.InvariantCulture);
            return pages == 0 ? null : pages * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
