using System.Text.Json;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>Messages that were sent again, after a kill or an outage, come after those that followed them.</summary>
public sealed class LateProgressTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Progress_is_never_shown_backwards_within_an_attempt()
    {
        var jobId = await gateway.SubmitAsync();
        await TellAsync(attempt: 1, step: 20);
        await ShownAsync(step: 20);

        await TellAsync(attempt: 1, step: 10);
        await TellAsync(attempt: 1, step: 30);
        await ShownAsync(step: 30);

        // The next attempt resumes from a checkpoint, further back.
        await TellAsync(attempt: 2, step: 15);
        await ShownAsync(step: 15);

        // With the outcome the last is told again.
        await TellAsync(attempt: 2, step: 15);
        await gateway.PublishAsync(gateway.Succeeded(jobId));

        var stream = await gateway.Http.GetStringAsync($"/api/jobs/{jobId}/events");
        var steps = stream.Split('\n')
            .Where(line => line.StartsWith("data:", StringComparison.Ordinal) && line.Contains("total_steps", StringComparison.Ordinal))
            .Select(line => JsonElement.Parse(line[5..]).GetProperty("step").GetInt32());
        Assert.Equal([20, 30, 15], steps);

        Task TellAsync(int attempt, int step) =>
            gateway.PublishAsync(new TrainingProgressed { JobId = jobId, Attempt = attempt, Step = step, TotalSteps = 40, At = gateway.Time.GetUtcNow() });

        async Task ShownAsync(int step)
        {
            var view = "";
            await GatewayCalls.UntilAsync(
                async () => (view = await gateway.Http.GetStringAsync($"/api/jobs/{jobId}")).Contains($"\"step\":{step}", StringComparison.Ordinal), () => view);
        }
    }
}
