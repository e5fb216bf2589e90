using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary><c>finetune submit</c>: one job for each, whatever the connection does.</summary>
public sealed class SubmitTests : IDisposable
{
    private const string Accepted = $$"""{"id": "{{ScriptedGateway.JobId}}", "state": "queued"}""";
    private readonly TemporaryFolder _folder = new();
    private readonly string _job;

    public SubmitTests()
    {
        var artifact = "artifact:" + new string('0', 64);
        _job = _folder.Write("job.yaml", $"model: {artifact}\ndataset: {artifact}\n");
    }

    [Fact]
    public async Task Repeats_the_request_with_its_key_when_the_connection_breaks()
    {
        await using var gateway = await ScriptedGateway.StartAsync((context, before) =>
        {
            if (before > 0)
            {
                return ScriptedGateway.SayAsync(context, Accepted, status: 202);
            }

            // The job may have begun: only the answer is lost.
            context.Abort();
            return Task.CompletedTask;
        });

        var submitted = await gateway.FinetuneAsync("submit", _job);

        Assert.Equal((0, ScriptedGateway.JobId), (submitted.ExitCode, submitted.Output.Trim()));
        Assert.Equal(2, gateway.Requests.Count);
        Assert.Equal(gateway.Requests[0], gateway.Requests[1]);
        Assert.NotEmpty(gateway.Requests[0].IdempotencyKey);
    }

    [Fact]
    public async Task Takes_a_fresh_key_each_time()
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(202, "application/json", Accepted);

        await gateway.FinetuneAsync("submit", _job);
        await gateway.FinetuneAsync("submit", _job);

        Assert.Equal(2, gateway.Requests.Select(request => request.IdempotencyKey).Distinct().Count());
    }

    [Fact]
    public async Task Does_not_repeat_what_was_refused()
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(400, "application/problem+json", """{"status": 400, "detail": "The model is too small."}""");

        var submitted = await gateway.FinetuneAsync("submit", _job);

        Assert.Equal((2, "The model is too small."), (submitted.ExitCode, submitted.Diagnostics.Trim()));
        Assert.Single(gateway.Requests);
    }

    public void Dispose() => _folder.Dispose();
}
