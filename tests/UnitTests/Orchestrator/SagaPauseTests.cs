using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.TestKit.Stages;
using MassTransit;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>A job that is paused gives its host back and rests, whatever it was doing, and goes on from there.</summary>
public sealed class SagaPauseTests : IAsyncLifetime
{
    private SagaBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await SagaBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(Stage.Validate, Stage.Validate)]
    [InlineData(Stage.Fetch, Stage.Fetch)]
    [InlineData(Stage.Provision, Stage.Provision)]
    [InlineData(Stage.Prepare, Stage.Provision)]
    [InlineData(Stage.Train, Stage.Provision)]
    [InlineData(Stage.Evaluate, Stage.Provision)]
    [InlineData(Stage.Convert, Stage.Provision)]
    [InlineData(Stage.Deploy, Stage.Deploy)]
    public async Task The_running_stage_is_ended_with_what_it_reached_the_host_goes_and_a_new_attempt_goes_on(Stage stage, Stage next)
    {
        var saga = await _bench.PutAsync("Running", stage);
        await PauseAsync(saga);

        var cancel = await _bench.SentAsync<CancelStage>(cancel => cancel.JobId == saga.JobId);
        Assert.Equal((stage, 2, true), (cancel.Stage, cancel.Attempt, cancel.KeepProgress));
        Assert.DoesNotContain(_bench.Recorder.Out.OfType<ReleaseHost>(), release => release.JobId == saga.JobId);
        await EndStageAsync(saga);
        if (stage > Stage.Provision)
        {
            await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release.LeaseId == "lease-held");
            Assert.Equal("Pausing", saga.CurrentState);
            await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Release, 2, "lease-held"));
        }

        var paused = await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Paused);
        Assert.Equal($"Paused, as you asked. Go on: finetune resume {saga.JobId}", paused.Message);
        Assert.Null(saga.LeaseId);

        await ResumeAsync(saga);
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Running && change.Stage == next && change.Attempt == 3);
        Assert.Equal(["pausing", "paused", "went_on"], saga.Moments.Where(moment => moment.Stage == "job").Select(moment => moment.What));
    }

    [Fact]
    public async Task A_job_between_two_attempts_rests_at_once_when_it_has_no_host_and_the_end_of_its_wait_does_not_wake_it()
    {
        var saga = await _bench.PutAsync("Waiting", Stage.Provision);
        await PauseAsync(saga);
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Paused);

        await _bench.PublishAsync(new RetryDue { JobId = saga.JobId });
        await _bench.PublishAsync(new WakeUp { JobId = saga.JobId });
        await _bench.Recorder.ConsumedAsync<WakeUp>(wake => wake.JobId == saga.JobId);
        Assert.Equal("Paused", saga.CurrentState);
        Assert.DoesNotContain(_bench.Recorder.Out.OfType<AcquireHost>(), acquire => acquire.JobId == saga.JobId);
    }

    [Fact]
    public async Task A_host_that_comes_while_pausing_is_given_back_before_the_job_rests()
    {
        var saga = await _bench.PutAsync("Running", Stage.Provision);
        await PauseAsync(saga);
        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Provision, 2, "lease-late"));
        await _bench.Recorder.ConsumedAsync<HostAcquired>(taken => taken.JobId == saga.JobId);
        await EndStageAsync(saga);

        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release.LeaseId == "lease-late");
        Assert.Equal("Pausing", saga.CurrentState);
        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Release, 2, "lease-late"));
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Paused);
    }

    [Fact]
    public async Task A_host_that_comes_when_the_job_rests_is_given_back()
    {
        var saga = await PausedAsync(Stage.Provision);
        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Provision, 2, "lease-late"));

        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId && release.LeaseId == "lease-late");
        Assert.Equal(("Paused", null), (saga.CurrentState, saga.LeaseId));
    }

    [Fact]
    public async Task A_training_that_ended_when_the_pause_came_is_not_followed_by_the_next_stage()
    {
        var saga = await _bench.PutAsync("Running", Stage.Train);
        await PauseAsync(saga);
        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Train, 2));
        await _bench.Recorder.ConsumedAsync<TrainingCompleted>(done => done.JobId == saga.JobId);
        Assert.Equal(("Pausing", Stage.Train), (saga.CurrentState, saga.Stage));

        await EndStageAsync(saga);
        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_that_is_lost_while_pausing_is_not_waited_for(bool stageEnding)
    {
        var saga = await _bench.PutAsync("Pausing", Stage.Train, saga => (saga.StageEnding, saga.Releasing) = (stageEnding, !stageEnding));
        await _bench.PublishAsync(new HostLost { JobId = saga.JobId, LeaseId = "lease-held", Attempt = 2, Reason = "It gave no sign of life." });

        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Paused);
        await ResumeAsync(saga);
        await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId && acquire.Attempt == 3);
    }

    [Fact]
    public async Task A_second_pause_and_a_second_resume_change_nothing()
    {
        var saga = await _bench.PutAsync("Running", Stage.Train);
        await PauseAsync(saga);
        await PauseAsync(saga);
        Assert.Single(_bench.Recorder.Out.OfType<CancelStage>(), cancel => cancel.JobId == saga.JobId);
        await EndStageAsync(saga);
        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Release, 2, "lease-held"));
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Paused);
        await PauseAsync(saga);
        Assert.Single(_bench.Recorder.Out.OfType<JobChanged>(), change => change.JobId == saga.JobId && change.State == JobState.Paused);

        await ResumeAsync(saga);
        await ResumeAsync(saga);
        Assert.Single(_bench.Recorder.Out.OfType<AcquireHost>(), acquire => acquire.JobId == saga.JobId);
    }

    [Theory]
    [InlineData(false, "Running")]
    [InlineData(true, "Paused")]
    public async Task Told_to_go_on_while_it_pauses_it_goes_on_as_soon_as_it_rests_unless_it_is_paused_again(bool again, string state)
    {
        var saga = await _bench.PutAsync("Running", Stage.Deploy, saga => saga.LeaseId = null);
        await PauseAsync(saga);
        await ResumeAsync(saga);
        if (again)
        {
            await PauseAsync(saga);
        }

        await EndStageAsync(saga);

        Assert.Equal(state, saga.CurrentState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_while_it_pauses_it_ends_as_cancelled_when_its_host_is_gone(bool stageEnding)
    {
        var saga = await _bench.PutAsync("Pausing", Stage.Train, saga => (saga.StageEnding, saga.Releasing) = (stageEnding, !stageEnding));
        await _bench.PublishAsync(new CancelJob { JobId = saga.JobId, Reason = "test" });
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Cancelling);
        if (stageEnding)
        {
            await EndStageAsync(saga);
            await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId);
        }

        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Release, 2, "lease-held"));
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Cancelled);
    }

    [Fact]
    public async Task A_job_that_rests_is_cancelled_at_once()
    {
        var saga = await PausedAsync(Stage.Train);
        await _bench.PublishAsync(new CancelJob { JobId = saga.JobId, Reason = "test" });
        await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Cancelled);
    }

    [Fact]
    public async Task Time_does_not_run_while_a_job_rests()
    {
        var now = TimeProvider.System.GetUtcNow();
        var saga = await PausedAsync(Stage.Train, saga =>
        {
            saga.Spec = saga.Spec with { Budget = saga.Spec.Budget with { Deadline = TimeSpan.FromHours(1) } };
            saga.Moments = [new JobMoment(now.AddHours(-6), "job", 0, "submitted")];
            (saga.PausedAt, saga.PausedFor) = (now.AddHours(-5.25), TimeSpan.FromMinutes(15));
        });
        await _bench.PublishAsync(new DeadlineDue { JobId = saga.JobId });
        await _bench.Recorder.ConsumedAsync<DeadlineDue>(due => due.JobId == saga.JobId);
        Assert.Equal("Paused", saga.CurrentState);

        await ResumeAsync(saga);

        // Half an hour was used when it rested.
        var acquire = await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId);
        Assert.InRange(acquire.Deadline!.Value, now.AddMinutes(30), TimeProvider.System.GetUtcNow().AddMinutes(30));
        Assert.NotNull(saga.DeadlineToken);
    }

    [Fact]
    public async Task Its_time_is_up_while_it_pauses_and_it_fails()
    {
        var saga = await _bench.PutAsync("Pausing", Stage.Train, saga => saga.StageEnding = true);
        await _bench.PublishAsync(new DeadlineDue { JobId = saga.JobId });
        await _bench.Recorder.ConsumedAsync<DeadlineDue>(due => due.JobId == saga.JobId);
        Assert.Empty(_bench.Recorder.Faults);
        Assert.Equal("Cancelling", saga.CurrentState);
        await EndStageAsync(saga);
        await _bench.SentAsync<ReleaseHost>(release => release.JobId == saga.JobId);
        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Release, 2, "lease-held"));

        Assert.Equal("deadline", (await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Failed)).Failure!.Code);
    }

    [Fact]
    public async Task A_budget_that_is_used_up_pauses_the_job_and_a_larger_one_lets_it_go_on()
    {
        var saga = await _bench.PutAsync("Running", Stage.Train);
        await _bench.PublishAsync(new BudgetUsedUp { JobId = saga.JobId, LeaseId = "lease-held", Message = "Give it more." });
        await _bench.SentAsync<CancelStage>(cancel => cancel.JobId == saga.JobId && cancel.KeepProgress);

        // Told at each tick; the last one may come after the wish to go on.
        await ResumeAsync(saga, budget: 20);
        await _bench.PublishAsync(new BudgetUsedUp { JobId = saga.JobId, LeaseId = "lease-held", Message = "Give it more." });
        await _bench.Recorder.ConsumedAsync<BudgetUsedUp>(2);
        await EndStageAsync(saga);
        await _bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Release, 2, "lease-held"));

        var acquire = await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId);
        Assert.Equal(20, acquire.Budget.Total);
    }

    [Fact]
    public async Task A_host_that_the_rest_of_the_budget_does_not_cover_pauses_the_job()
    {
        var saga = await _bench.PutAsync("Running", Stage.Provision);
        await _bench.PublishAsync(new StageFailed
        {
            JobId = saga.JobId,
            Stage = Stage.Provision,
            Attempt = 2,
            Failure = new Failure("budget_used", "Give it more.", FailureKind.Budget) { NeedsPerson = true },
        });

        Assert.Equal("Give it more.", (await _bench.ChangedAsync(saga.JobId, change => change.State == JobState.Paused)).Message);
        Assert.DoesNotContain(_bench.Recorder.Out.OfType<CancelStage>(), cancel => cancel.JobId == saga.JobId);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_person_tries_again_when_it_is_told_to_go_on()
    {
        var saga = await _bench.PutAsync("Waiting", Stage.Provision, saga => saga.NeedsPerson = true);
        await ResumeAsync(saga);
        await _bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId && acquire.Attempt == 3);
    }

    private async Task<FineTuneSaga> PausedAsync(Stage stage, Action<FineTuneSaga>? change = null) => await _bench.PutAsync("Paused", stage, saga =>
    {
        (saga.LeaseId, saga.PausedAt) = (null, TimeProvider.System.GetUtcNow());
        change?.Invoke(saga);
    });

    private async Task PauseAsync(FineTuneSaga saga)
    {
        var before = Count<PauseJob>();
        await _bench.PublishAsync(new PauseJob { JobId = saga.JobId, Reason = "as you asked" });
        await _bench.Recorder.ConsumedAsync<PauseJob>(before + 1);
    }

    private async Task ResumeAsync(FineTuneSaga saga, decimal? budget = null)
    {
        var before = Count<ResumeJob>();
        await _bench.PublishAsync(new ResumeJob { JobId = saga.JobId, BudgetTotal = budget });
        await _bench.Recorder.ConsumedAsync<ResumeJob>(before + 1);
    }

    /// <summary>Nothing of the stage runs any more.</summary>
    private async Task EndStageAsync(FineTuneSaga saga)
    {
        await _bench.PublishAsync(new StageCancelled { JobId = saga.JobId, Stage = saga.Stage, Attempt = 2 });
        await _bench.Recorder.ConsumedAsync<StageCancelled>(ended => ended.JobId == saga.JobId);
    }

    /// <summary>Every message that was published was consumed before the next was.</summary>
    private int Count<T>() => _bench.Recorder.Out.OfType<T>().Count();
}
