using System.Net;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>Killed engines are started again, and so is a model server that was deployed.</summary>
public sealed class KilledServerTests(ServedHome home) : IClassFixture<ServedHome>
{
    [Fact]
    public async Task Engines_that_were_killed_in_validate_convert_and_deploy_and_the_deployed_server_are_started_again()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Spec with { Deploy = new DeploySpec { Target = "embedded" } });
        foreach (var (verb, path) in (List<(string, string)>)[("tokenize", "validate-1"), ("merge", "convert-1"), ("serve", "/served/")])
        {
            var engine = await home.ProcessAsync("finetune-model", verb, path);
            await StandaloneProgram.SignalAsync(engine.Pid, "KILL");
        }

        var job = await home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var history = await home.Gateway.HistoryAsync(jobId);
        Assert.All(
            (Stage[])[Stage.Validate, Stage.Convert, Stage.Deploy],
            stage => Assert.Equal(2, history.Where(stored => stored.Change?.Stage == stage).Max(stored => stored.Change!.Attempt)));

        var server = Assert.Single(home.Processes(), process => process.Is("finetune-model", "serve"));
        await AssertAnswersAsync(jobId);
        await StandaloneProgram.SignalAsync(server.Pid, "KILL");
        using (var answer = await home.Gateway.ChatAsync(jobId))
        {
            // Either it is not up yet, and that is said at once, or it is up again.
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadGateway, await answer.Content.ReadAsStringAsync());
        }

        await GatewayCalls.UntilAsync(
            async () =>
            {
                using var answer = await home.Gateway.ChatAsync(jobId);
                return answer.IsSuccessStatusCode;
            },
            () => "an answer of the model server that was started again");
        Assert.NotEqual(server.Pid, Assert.Single(home.Processes(), process => process.Is("finetune-model", "serve")).Pid);
    }

    private async Task AssertAnswersAsync(string jobId)
    {
        using var answer = await home.Gateway.ChatAsync(jobId);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
