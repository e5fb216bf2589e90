using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>A budget that is used up in the middle of a job on a rented host.</summary>
public sealed class SpentBudgetTests : IAsyncLifetime
{
    /// <summary>A tick of ten seconds costs 0.1.</summary>
    private const decimal Price = 36, Total = 0.35m, Tick = 0.1m;

    private PoolHome _home = null!;

    public async ValueTask InitializeAsync() => _home = await PoolHome.StartAsync(new Dictionary<string, string> { ["Money__Tick"] = "00:00:10" });

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task Pauses_the_job_within_a_tick_of_it_and_gives_the_host_back()
    {
        var host = await _home.AddAsync("gpu-1", "--price", "36");
        var job = PoolHome.OnHost(SmallJob.Long(steps: 100_000, saveSteps: 100)) with { Budget = new BudgetSpec { HourlyPriceCap = Price, Total = Total } };
        var jobId = await _home.Gateway.SubmitAsync(job);

        var paused = await _home.Gateway.UntilAsync(jobId, view => view.State == JobState.Paused, "a rest");

        Assert.Contains("--budget", paused.Message, StringComparison.Ordinal);
        await _home.HostAsync("gpu-1", view => view.State == HostState.Free);
        var cost = (await _home.Gateway.UntilAsync(jobId, view => view.Cost is { Held: 0 }, "what it cost")).Cost!;
        Assert.InRange(cost.Charged, Total - Tick, Total + Tick);
        Assert.Empty(host.Processes());
        Assert.Empty(host.Leftovers());
    }
}
