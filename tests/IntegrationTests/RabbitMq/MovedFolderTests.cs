using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.RabbitMq;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>A folder whose process was killed goes on with another transport.</summary>
public sealed class MovedFolderTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>, IDisposable
{
    private readonly TemporaryFolder _home = new();

    [Fact]
    public async Task An_unfinished_job_goes_on_when_its_folder_moves_to_a_broker()
    {
        string jobId;
        await using (var before = StandaloneProgram.Start(_home.Path, ["serve", "--urls", "http://127.0.0.1:0"]))
        {
            using var gateway = new GatewayCalls(await before.AddressAsync());
            jobId = await gateway.SubmitAsync(SmallJob.Spec);
            await gateway.UntilAsync(jobId, view => view.State == JobState.Running, "running");
            await StandaloneProgram.SignalAsync(before.Pid, "KILL");
            await before.ExitCodeAsync();
        }

        await using var after = StandaloneProgram.Start(_home.Path, ["serve", "--urls", "http://127.0.0.1:0"], TestSettings.Of(broker));
        using var moved = new GatewayCalls(await after.AddressAsync());
        var job = await moved.EndAsync(jobId);
        Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{after.Said}");
    }

    public void Dispose() => _home.Dispose();
}
