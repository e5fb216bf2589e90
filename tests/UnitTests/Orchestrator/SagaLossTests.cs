using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.TestKit.Stages;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>What a job does when Provisioning gives up its host.</summary>
public sealed class SagaLossTests : IAsyncLifetime
{
    private SagaBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await SagaBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_host_that_is_lost_before_its_job_heard_of_it_is_given_back_and_another_one_is_taken()
    {
        var saga = await _bench.PutAsync("Running", Stage.Provision);

        await _bench.PublishAsync(Lost(saga) with { LeaseId = "lease-new" });

        await _bench.ChangedAsync(saga.JobId, change => change.Message.EndsWith("another host is taken", StringComparison.Ordinal));
        await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId && acquire.Attempt == 3);
        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release is { LeaseId: "lease-new", Attempt: 2 });
        await _bench.SentAsync<CancelStage>(cancel => cancel.JobId == saga.JobId && cancel is { Stage: Stage.Provision, Attempt: 2, HostIsLost: true });

        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Provision, 2, "lease-new"));

        await _bench.Recorder.ConsumedAsync<HostAcquired>(taken => taken.JobId == saga.JobId);
        Assert.Null(saga.LeaseId);
    }

    [Fact]
    public async Task A_cancelled_job_does_not_wait_for_the_end_of_taking_a_host_that_is_lost()
    {
        var saga = await _bench.PutAsync("Cancelling", Stage.Provision, saga => (saga.StageEnding, saga.CancelReason) = (true, "test"));

        await _bench.PublishAsync(Lost(saga) with { LeaseId = "lease-new" });

        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Cancelled);
        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release is { LeaseId: "lease-new", Attempt: 2 });
    }

    [Theory]
    [InlineData(Stage.Prepare)]
    [InlineData(Stage.Train)]
    [InlineData(Stage.Evaluate)]
    [InlineData(Stage.Convert)]
    public async Task A_job_whose_host_is_lost_gives_up_all_that_ran_there_and_takes_another(Stage stage)
    {
        var saga = await _bench.PutAsync("Running", stage);

        await _bench.PublishAsync(Lost(saga));

        await _bench.ChangedAsync(saga.JobId, change => change.Message.EndsWith("(It gave no sign of life.); another host is taken", StringComparison.Ordinal));
        await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId && acquire.Attempt == 3);
        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release.LeaseId == "lease-held");
        var closed = _bench.Recorder.Out.OfType<CancelStage>().Where(cancel => cancel.JobId == saga.JobId).ToList();
        Assert.All(closed, cancel => Assert.True(cancel.HostIsLost));
        Assert.Equal(Enum.GetValues<Stage>().Where(one => one >= Stage.Provision && one <= stage), closed.Select(cancel => cancel.Stage).Order());
    }

    [Fact]
    public async Task A_job_between_two_attempts_takes_another_host_for_the_next()
    {
        var saga = await _bench.PutAsync("Waiting", Stage.Train);
        await _bench.PublishAsync(Lost(saga));
        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId);

        await _bench.PublishAsync(new AskAgain { JobId = saga.JobId });

        await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId);
    }

    [Fact]
    public async Task A_cancelled_job_does_not_wait_for_the_end_of_what_ran_on_a_lost_host()
    {
        var saga = await _bench.PutAsync("Cancelling", Stage.Train, saga => (saga.StageEnding, saga.CancelReason) = (true, "test"));

        await _bench.PublishAsync(Lost(saga));

        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Cancelled);
        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release.LeaseId == "lease-held");
    }

    [Fact]
    public async Task A_cancelled_job_does_not_wait_for_the_release_of_a_lost_host()
    {
        var saga = await _bench.PutAsync("Cancelling", Stage.Train, saga => (saga.Releasing, saga.CancelReason) = (true, "test"));

        await _bench.PublishAsync(Lost(saga));

        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Cancelled);
    }

    [Fact]
    public async Task The_loss_of_a_host_of_an_older_attempt_only_gives_it_back()
    {
        var saga = await _bench.PutAsync("Running", Stage.Train);

        await _bench.PublishAsync(Lost(saga) with { LeaseId = "lease-before", Attempt = 1 });

        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release is { LeaseId: "lease-before", Attempt: 1 });
        Assert.Equal(("Running", Stage.Train), (saga.CurrentState, saga.Stage));
    }

    [Fact]
    public async Task A_job_that_only_a_person_can_help_says_so_and_goes_on_when_a_host_is_free()
    {
        var saga = await _bench.PutAsync("Running", Stage.Provision);
        await _bench.PublishAsync(new StageFailed
        {
            JobId = saga.JobId,
            Stage = Stage.Provision,
            Attempt = 2,
            Failure = new Failure("no_host", "Add a host.", FailureKind.Capacity) { NeedsPerson = true },
        });
        var waiting = await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.WaitingForYou);
        Assert.Equal("Add a host.", waiting.Message);

        await _bench.PublishAsync(new WakeUp { JobId = saga.JobId });

        await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId && acquire.Attempt == 3);
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Running);
    }

    [Fact]
    public async Task A_job_that_waits_for_something_else_is_not_woken_by_a_free_host()
    {
        var saga = await _bench.PutAsync("Waiting", Stage.Train);

        await _bench.PublishAsync(new WakeUp { JobId = saga.JobId });

        await _bench.Recorder.ConsumedAsync<WakeUp>(wake => wake.JobId == saga.JobId);
        Assert.Equal("Waiting", saga.CurrentState);
    }

    private static HostLost Lost(FineTuneSaga saga) => new() { JobId = saga.JobId, LeaseId = "lease-held", Attempt = 2, Reason = "It gave no sign of life." };
}
