using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Orchestrator.Saga;
using MassTransit;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>Walks every state and every stage against every event, of the current attempt and of an older one.</summary>
public sealed class SagaTableTests
{
    private static readonly string[] States = ["Running", "Waiting", "Finishing", "Cancelling", "Pausing", "Paused", "Succeeded", "Failed", "Cancelled"];

    [Theory]
    [InlineData("Running")]
    [InlineData("Waiting")]
    [InlineData("Finishing")]
    [InlineData("Cancelling")]
    [InlineData("Pausing")]
    [InlineData("Paused")]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    [InlineData("Cancelled")]
    public async Task No_event_is_undefined_and_none_drops_a_paid_or_running_resource(string state)
    {
        await using var bench = await SagaBench.StartAsync();
        var problems = new List<string>();
        foreach (var stage in Enum.GetValues<Stage>().Where(stage => stage != Stage.Release))
        {
            foreach (var attempt in new[] { 1, 2 })
            {
                var count = SagaBench.AllEvents(await bench.PutAsync(state, stage), attempt).Count;
                for (var index = 0; index < count; index++)
                {
                    var saga = await bench.PutAsync(state, stage);
                    var message = SagaBench.AllEvents(saga, attempt)[index];
                    await bench.PublishAsync(message);
                    await CheckAsync(bench, saga, message, $"{state}/{stage} attempt 2, {message.GetType().Name} of attempt {attempt}", problems);
                }
            }
        }

        Assert.True(problems.Count == 0, string.Join("\n", problems.Take(40)));
    }

    [Fact]
    public void The_table_covers_all_states_of_the_machine()
    {
        var machine = new FineTuneStateMachine(Microsoft.Extensions.Logging.Abstractions.NullLogger<FineTuneStateMachine>.Instance, TimeProvider.System);
        Assert.Equal(States.Order(), machine.States.Select(state => state.Name).Except(["Initial", "Final"]).Order());
    }

    private static async Task CheckAsync(SagaBench bench, FineTuneSaga saga, object message, string where, List<string> problems)
    {
        var id = ((Contracts.IJobMessage)message).JobId;
        await bench.Recorder.ConsumedAsync<Contracts.IJobMessage>(consumed => consumed.JobId == id);
        problems.AddRange(bench.Recorder.Faults.Skip(problems.Count).Select(fault => $"{where}: {fault.Message}"));
        var sent = bench.Recorder.Out;
        switch (message)
        {
            case HostAcquired taken when saga.LeaseId != taken.LeaseId:
                if (!sent.OfType<ReleaseHost>().Any(release => release.JobId == id && release.LeaseId == taken.LeaseId))
                {
                    problems.Add($"{where}: the lease is neither held nor given back");
                }

                break;
            case HostLost { LeaseId: "lease-held" } when saga.LeaseId is "lease-held":
                problems.Add($"{where}: the lost host is still the job's");
                break;
            case HostLost lost when (WasAlive(where) || lost.LeaseId != "lease-held") && !sent.OfType<ReleaseHost>().Any(release => release.JobId == id && release.LeaseId == lost.LeaseId):
                problems.Add($"{where}: the lost host was never given back");
                break;
            case TrainingStarted began when !IsAwaited(saga, began):
            case ModelDeployed { Attempt: 1 }:
                if (!sent.OfType<CancelStage>().Any(cancel => cancel.JobId == id))
                {
                    problems.Add($"{where}: what runs is not ended");
                }

                break;
        }

        if (saga.CurrentState is "Paused" && saga.LeaseId is not null && WasAlive(where))
        {
            problems.Add($"{where}: the job rests and holds the lease {saga.LeaseId}");
        }

        if (saga.CurrentState is "Failed" or "Cancelled" && saga.LeaseId is not null && !saga.Releasing && WasAlive(where))
        {
            problems.Add($"{where}: the job ended and its lease {saga.LeaseId} was not released");
        }
    }

    private static bool IsAwaited(FineTuneSaga saga, TrainingStarted began) =>
        began.Attempt == 2 && ((saga.CurrentState == "Running" && saga.Stage == Stage.Train) || saga.Trained is not null);

    /// <summary>A table entry put into a final state by the test itself holds a lease that no event of the test took.</summary>
    private static bool WasAlive(string where) =>
        where.StartsWith("Running", StringComparison.Ordinal) || where.StartsWith("Waiting", StringComparison.Ordinal) || where.StartsWith("Pausing", StringComparison.Ordinal);
}
