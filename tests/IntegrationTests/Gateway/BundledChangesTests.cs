using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>Changes of many jobs in one message.</summary>
public sealed class BundledChangesTests(GatewayHost gateway) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task One_of_a_job_that_is_unknown_is_parked_alone_and_the_others_are_shown()
    {
        var (first, second, unknown) = (await gateway.SubmitAsync(), await gateway.SubmitAsync(), JobId.New());

        await gateway.PublishAsync(new JobsChanged { Changes = [gateway.Succeeded(first), gateway.Succeeded(unknown), gateway.Succeeded(second)] });

        // A stream of events ends when its job has ended.
        Assert.Contains("succeeded", await gateway.Http.GetStringAsync($"/api/jobs/{first}/events"), StringComparison.Ordinal);
        Assert.Contains("succeeded", await gateway.Http.GetStringAsync($"/api/jobs/{second}/events"), StringComparison.Ordinal);
        var parked = "";
        await GatewayCalls.UntilAsync(
            async () => (parked = await gateway.Http.GetStringAsync("/api/ops/parked")).Contains(unknown, StringComparison.Ordinal), () => $"parked: {parked}");
        Assert.DoesNotContain(nameof(JobsChanged), parked, StringComparison.Ordinal);
    }
}
