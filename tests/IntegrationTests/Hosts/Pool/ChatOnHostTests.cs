using System.Runtime.Versioning;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.Cli;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>A person asks the model of a job that is being trained on a rented host.</summary>
[SupportedOSPlatform("linux")]
public sealed class ChatOnHostTests : PoolTests
{
    [Fact]
    public async Task Base_model_and_checkpoint_answer_while_the_training_goes_on_to_the_same_end()
    {
        using var own = new TemporaryFolder();
        var host = await Home.AddAsync("gpu-1");
        var job = PoolHome.OnHost(SmallJob.Long(steps: 120, saveSteps: 20));
        var undisturbed = await Home.Gateway.RunAsync(job);
        var jobId = await Home.Gateway.SubmitAsync(job);
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");
        var path = OwnSsh.PathIn(own, OwnSsh.WithKey(host.KeyFile));

        var before = await Home.TryFinetuneWithPathAsync(path, "chat", jobId, "--json", "--max-tokens", "4", "--before", "What is your name?");
        var after = await Home.TryFinetuneWithPathAsync(path, "chat", jobId, "--json", "--max-tokens", "4", "--after", "What is your name?");
        var ended = await Home.Gateway.EndAsync(jobId);

        Assert.True(before.Code == 0, before.Said);
        Assert.StartsWith("""{"model":"the base model","answer":""", before.Said, StringComparison.Ordinal);
        Assert.True(after.Code == 0, after.Said);
        Assert.Matches("^{\"model\":\"the (checkpoint of step [0-9]+|trained model)\",\"answer\":", after.Said);
        Assert.True(ended.State == JobState.Succeeded, ended.Failure?.Message);
        Assert.Equal(Digests(undisturbed), Digests(ended));
        Assert.Empty(host.Leftovers());
        Assert.Empty(host.Processes());
        var late = await Home.TryFinetuneWithPathAsync(path, "chat", jobId, "--before", "What is your name?");
        Assert.Equal(2, late.Code);
        Assert.Contains("has no host of yours now", late.Said, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Digests(JobView job) =>
        job.Result!.Files.Where(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal)).Select(file => $"{file.Path} {file.Artifact.Sha256}");
}
