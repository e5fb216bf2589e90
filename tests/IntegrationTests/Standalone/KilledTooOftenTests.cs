using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>Alone in its class: it takes the waits between all attempts, which are more than a minute of doing nothing.</summary>
public sealed class KilledTooOftenTests(ServedHome home) : IClassFixture<ServedHome>
{
    private const int Attempts = 5;

    [Fact]
    public async Task A_trainer_that_is_killed_again_and_again_fails_the_job_with_the_reason()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Long(steps: 5000, saveSteps: 1000));
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var trainer = await home.ProcessAsync("finetune-trainer", "train", $"{jobId}/train-{attempt}");
            await StandaloneProgram.SignalAsync(trainer.Pid, "KILL");
        }

        var job = await home.Gateway.EndAsync(jobId);

        Assert.Equal((JobState.Failed, Stage.Train, Attempts, "trainer_killed"), (job.State, job.Stage, job.Attempt, job.Failure?.Code));
        Assert.StartsWith("Training was tried 5 times: The trainer was killed from outside (SIGKILL)", job.Failure!.Message, StringComparison.Ordinal);
        await home.AssertNothingLeftAsync();
    }
}
