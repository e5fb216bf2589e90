using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A disk that gets full ends a job with advice, and the folder works again once there is space.</summary>
public sealed class FullDiskTests
{
    [Theory]
    [InlineData("work", Stage.Train)]
    [InlineData("work", Stage.Convert)]
    [InlineData("artifacts", Stage.Train)]
    public async Task Is_told_and_the_next_job_succeeds(string part, Stage stage)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var home = await ServedHome.OnSmallDiskAsync(part, mebibytes: 64);
        var jobId = await home.Gateway.SubmitAsync(stage == Stage.Train ? SmallJob.Long(steps: 60, saveSteps: 20) : SmallJob.Spec);
        if (stage == Stage.Train)
        {
            await home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");
        }
        else
        {
            await home.ProcessAsync("finetune-model", "merge", $"{jobId}/convert-1");
        }

        var filler = home.At(part, "filler");
        SmallDisk.Fill(filler);
        var job = await home.Gateway.EndAsync(jobId);

        Assert.Equal((JobState.Failed, stage, "disk_full", FailureKind.BadInput), (job.State, job.Stage, job.Failure?.Code, job.Failure?.Kind));
        Assert.Contains("ree space", job.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("submit the job again", job.Failure.Message, StringComparison.Ordinal);
        File.Delete(filler);
        await home.AssertNothingLeftAsync();
        var next = await home.Gateway.RunAsync(SmallJob.Shortest);
        Assert.True(next.State == JobState.Succeeded, next.Failure?.Message);
        await home.AssertNothingLeftAsync();
    }
}
