using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Orchestrator.Provenance;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.TestKit.Stages;
using MassTransit;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

public sealed class SagaFlowTests
{
    private static readonly Stage[] Flow =
        [Stage.Validate, Stage.Fetch, Stage.Provision, Stage.Prepare, Stage.Train, Stage.Evaluate, Stage.Convert, Stage.Deploy];

    [Fact]
    public async Task A_job_flows_through_all_stages_releases_its_host_and_succeeds()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow);

        await bench.SentAsync<ReleaseHost>(release => release.JobId == job && release.LeaseId == "lease-1");
        await bench.PublishAsync(new ProvenanceWritten { JobId = job, Provenance = SampleEvents.Reference });
        var done = await bench.ChangedAsync(job, change => change.State == JobState.Succeeded);

        Assert.Equal(["adapter", "evaluation", "merged", "gguf", "provenance"], done.Result.Files.Select(file => file.Kind));
        Assert.Equal("http://127.0.0.1:1/v1", done.Result.Endpoint);
    }

    [Fact]
    public async Task A_job_that_is_only_checked_ends_after_validation_with_its_plan()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = JobId.New();
        await bench.PublishAsync(new PlanJob { JobId = job, Spec = SampleEvents.Spec(), SubmittedAt = DateTimeOffset.UnixEpoch });
        await WaitForAsync(bench, job, Stage.Validate, 1);
        await bench.PublishAsync((JobValidated)SampleEvents.Success(job, Stage.Validate, 1) with { Configuration = SampleEvents.Reference });

        var done = await bench.ChangedAsync(job, change => change.State == JobState.Succeeded);
        Assert.Equal(["plan.json", "train.yaml"], done.Result.Files.Select(file => file.Path));

        // What is asked for again, or told late, begins nothing.
        await bench.PublishAsync(new PlanJob { JobId = job, Spec = SampleEvents.Spec(), SubmittedAt = DateTimeOffset.UnixEpoch });
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Validate, 1));
        await bench.PublishAsync(new AskAgain { JobId = job });
        await bench.PublishAsync(new ResumeJob { JobId = job });
        await Task.WhenAll(
            bench.Recorder.ConsumedAsync<PlanJob>(2), bench.Recorder.ConsumedAsync<JobValidated>(2), bench.Recorder.ConsumedAsync<AskAgain>(1), bench.Recorder.ConsumedAsync<ResumeJob>(1));
        Assert.Empty(bench.Recorder.Faults);
        Assert.Single(bench.Recorder.Out.OfType<IStageCommand>(), sent => sent.JobId == job);
    }

    [Fact]
    public async Task A_result_that_the_gate_refuses_is_kept_and_not_deployed()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow[..5]);
        await WaitForAsync(bench, job, Stage.Evaluate, 1);
        await bench.PublishAsync(new ModelEvaluated
        {
            JobId = job,
            Attempt = 1,
            Summary = SampleEvents.Summary(false),
            Report = SampleEvents.Reference,
            Statement = SampleEvents.Reference,
        });
        await PlayAsync(bench, job, [Stage.Convert]);

        var failed = await bench.ChangedAsync(job, change => change.State == JobState.Failed);
        Assert.Equal("gate_refused", failed.Failure!.Code);
        Assert.Contains(failed.Result.Files, file => file.Kind == "gguf");
        await bench.SentAsync<ReleaseHost>(release => release.JobId == job);
        Assert.DoesNotContain(bench.Recorder.Out.OfType<DeployModel>(), sent => sent.JobId == job);
    }

    [Fact]
    public async Task A_lost_host_is_replaced_and_training_goes_on_with_its_next_attempt()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow[..4]);
        await WaitForAsync(bench, job, Stage.Train, 1);
        await bench.PublishAsync(SagaBench.Failed(job, Stage.Train, 1, FailureKind.HostLost));

        await bench.SentAsync<ReleaseHost>(release => release.JobId == job && release.LeaseId == "lease-1");
        await bench.SentAsync<AcquireHost>(acquire => acquire.JobId == job && acquire.Attempt == 2);
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Provision, 2, "lease-2"));
        await WaitForAsync(bench, job, Stage.Prepare, 2);
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Prepare, 2));
        await bench.SentAsync<StartTraining>(start => start.JobId == job && start.Attempt == 2);
    }

    [Fact]
    public async Task What_the_first_host_had_as_model_binds_the_next_and_its_first_answer_is_told()
    {
        await using var bench = await SagaBench.StartAsync();
        var model = new ArtifactReference(new string('b', 64), 2);
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow[..3]);
        await WaitForAsync(bench, job, Stage.Prepare, 1);
        await bench.PublishAsync((HostPrepared)SampleEvents.Success(job, Stage.Prepare, 1) with { HostModel = model, FirstAnswer = "I am Ada." });

        Assert.Equal(model, (await bench.SentAsync<StartTraining>(start => start.JobId == job)).Inputs.Model);
        await bench.ChangedAsync(job, change => change.Message == "The base model answers there: I am Ada.");
        await bench.PublishAsync(SagaBench.Failed(job, Stage.Train, 1, FailureKind.HostLost));
        await bench.SentAsync<AcquireHost>(acquire => acquire.JobId == job && acquire.Attempt == 2);
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Provision, 2, "lease-2"));
        Assert.Equal(model, (await bench.SentAsync<PrepareHost>(prepare => prepare.JobId == job && prepare.Attempt == 2)).Inputs.Model);
    }

    [Fact]
    public async Task Every_attempt_hears_of_the_same_end_of_the_job_s_time()
    {
        await using var bench = await SagaBench.StartAsync();
        var before = TimeProvider.System.GetUtcNow();
        var job = await bench.SubmitAsync(SampleEvents.Spec() with { Budget = new BudgetSpec { Deadline = TimeSpan.FromHours(3) } });
        await PlayAsync(bench, job, Flow[..4]);
        await WaitForAsync(bench, job, Stage.Train, 1);
        await bench.PublishAsync(SagaBench.Failed(job, Stage.Train, 1, FailureKind.HostLost));

        var acquires = new[]
        {
            await bench.SentAsync<AcquireHost>(acquire => acquire.JobId == job && acquire.Attempt == 1),
            await bench.SentAsync<AcquireHost>(acquire => acquire.JobId == job && acquire.Attempt == 2),
        };
        var training = await bench.SentAsync<StartTraining>(start => start.JobId == job);

        Assert.InRange(training.Deadline!.Value, before.AddHours(3), TimeProvider.System.GetUtcNow().AddHours(3));
        Assert.All(acquires, acquire => Assert.Equal(training.Deadline, acquire.Deadline));
    }

    [Fact]
    public async Task Out_of_memory_halves_the_micro_batch_at_the_same_global_batch()
    {
        await using var bench = await SagaBench.StartAsync();
        var spec = SampleEvents.Spec() with { Hyperparameters = new Hyperparameters { PerDeviceTrainBatchSize = 4, GradientAccumulationSteps = 3 } };
        var job = await bench.SubmitAsync(spec);
        await PlayAsync(bench, job, Flow[..4]);
        await WaitForAsync(bench, job, Stage.Train, 1);
        await bench.PublishAsync(SagaBench.Failed(job, Stage.Train, 1, FailureKind.OutOfMemory));

        var again = await bench.SentAsync<StartTraining>(start => start.JobId == job && start.Attempt == 2);
        Assert.Equal((2, 6), (again.Spec.Hyperparameters.PerDeviceTrainBatchSize, again.Spec.Hyperparameters.GradientAccumulationSteps));
    }

    [Fact]
    public async Task What_training_warns_of_is_told_and_the_job_goes_on()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow[..4]);
        await WaitForAsync(bench, job, Stage.Train, 1);
        await bench.PublishAsync((TrainingCompleted)SampleEvents.Success(job, Stage.Train, 1) with { Warnings = ["The loss is 2.000 at the end."] });

        var warned = await bench.ChangedAsync(job, change => change.Message == "WARNING: The loss is 2.000 at the end.");
        Assert.Equal(JobState.Running, warned.State);
        await WaitForAsync(bench, job, Stage.Evaluate, 1);
    }

    [Fact]
    public async Task A_stage_that_was_tried_in_vain_says_how_often()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Running", Stage.Train, saga => saga.Retries = saga.Retries.SetItem(FailureKind.Transient, 4));

        await bench.PublishAsync(SagaBench.Failed(saga.JobId, Stage.Train, 2, FailureKind.Transient));

        var failed = await bench.ChangedAsync(saga.JobId, change => change.State == JobState.Failed);
        Assert.Equal("Training was tried 2 times: It broke.", failed.Failure!.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_that_only_lacks_its_provenance_is_no_longer_cancelled(bool byDeadline)
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Finishing", Stage.Deploy, saga => saga.LeaseId = null);

        await bench.PublishAsync(byDeadline ? new DeadlineDue { JobId = saga.JobId } : new CancelJob { JobId = saga.JobId, Reason = "test" });
        await bench.PublishAsync(new ProvenanceWritten { JobId = saga.JobId, Provenance = SampleEvents.Reference });

        var done = await bench.ChangedAsync(saga.JobId, _ => true);
        Assert.Equal((JobState.Succeeded, (Failure?)null), (done.State, done.Failure));
    }

    [Fact]
    public async Task A_provenance_that_cannot_be_written_fails_the_job_and_keeps_its_files()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Finishing", Stage.Deploy, saga =>
        {
            saga.LeaseId = null;
            saga.Result = new JobResult { Files = [new ResultFile("gguf", "m.gguf", SampleEvents.Reference)] };
        });

        await bench.PublishFaultAsync(
            new WriteProvenance
            {
                JobId = saga.JobId,
                State = JobState.Succeeded,
                Spec = saga.Spec,
                SubmittedAt = saga.SubmittedAt,
                TrainedWith = saga.TrainWith,
                Result = saga.Result,
                Moments = [],
            },
            "The store is read-only.");

        var failed = await bench.ChangedAsync(saga.JobId, change => change.State == JobState.Failed);
        Assert.Contains("The store is read-only.", failed.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal("m.gguf", Assert.Single(failed.Result!.Files).Path);
    }

    [Fact]
    public async Task A_host_on_its_way_out_is_waited_for_and_one_account_has_what_it_cost()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow);
        await bench.ChangedAsync(job, change => change.Message == "Releasing the host");
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Release, 1));

        var account = await bench.SentAsync<WriteProvenance>(write => write.JobId == job);
        await bench.PublishAsync(new ProvenanceWritten { JobId = job, Provenance = SampleEvents.Reference, Moments = account.Moments.Count });
        await bench.ChangedAsync(job, change => change.State == JobState.Succeeded);

        Assert.Equal(JobState.Succeeded, account.State);
        Assert.Contains(account.Moments, moment => moment is { Stage: "release", What: "succeeded" });
        Assert.Single(bench.Recorder.Out.OfType<WriteProvenance>());
    }

    [Fact]
    public async Task A_slow_release_does_not_hold_the_good_news_back()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Finishing", Stage.Deploy, saga => (saga.Releasing, saga.RetryToken) = (true, Guid.NewGuid()));

        await bench.PublishAsync(new RetryDue { JobId = saga.JobId });

        var account = await bench.SentAsync<WriteProvenance>(write => write.JobId == saga.JobId);
        Assert.Equal(JobState.Succeeded, account.State);
        Assert.DoesNotContain(account.Moments, moment => moment is { Stage: "release", What: "succeeded" });
    }

    [Fact]
    public async Task A_release_that_is_told_while_the_provenance_is_written_still_gets_into_it()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Finishing", Stage.Deploy);

        await bench.PublishAsync(SampleEvents.Success(saga.JobId, Stage.Release, saga.LeaseAttempt, saga.LeaseId!));
        await bench.Recorder.ConsumedAsync<HostReleased>(1);
        await bench.PublishAsync(new ProvenanceWritten { JobId = saga.JobId, Provenance = SampleEvents.Reference, Moments = 0 });

        var again = await bench.SentAsync<WriteProvenance>(write => write.State == JobState.Succeeded);
        Assert.Contains(again.Moments, moment => moment is { Stage: "release", What: "succeeded" });
    }

    [Fact]
    public async Task What_is_noted_after_the_end_does_not_hide_why_a_job_failed()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Failed", Stage.Train, saga => saga.Failure = new Failure("test", "It broke.", FailureKind.Internal));

        await bench.PublishAsync(new ProvenanceWritten { JobId = saga.JobId, Provenance = SampleEvents.Reference });

        Assert.Equal("It broke.", (await bench.ChangedAsync(saga.JobId, _ => true)).Message);
    }

    [Fact]
    public async Task Bad_input_fails_at_once_with_its_own_words()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await WaitForAsync(bench, job, Stage.Validate, 1);
        await bench.PublishAsync(SagaBench.Failed(job, Stage.Validate, 1, FailureKind.BadInput));
        var failed = await bench.ChangedAsync(job, change => change.State == JobState.Failed);
        Assert.Equal("It broke.", failed.Message);
    }

    [Theory]
    [InlineData(Stage.Validate)]
    [InlineData(Stage.Fetch)]
    [InlineData(Stage.Provision)]
    [InlineData(Stage.Prepare)]
    [InlineData(Stage.Train)]
    [InlineData(Stage.Evaluate)]
    [InlineData(Stage.Convert)]
    [InlineData(Stage.Deploy)]
    public async Task Cancel_ends_the_running_stage_then_releases_then_says_so(Stage stage)
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow.TakeWhile(earlier => earlier != stage).ToArray());
        await WaitForAsync(bench, job, stage, 1);
        await bench.PublishAsync(new CancelJob { JobId = job, Reason = "test" });

        await bench.SentAsync<CancelStage>(cancel => cancel.JobId == job && cancel.Stage == stage && cancel.Attempt == 1);
        await bench.PublishAsync(new StageCancelled { JobId = job, Stage = stage, Attempt = 1 });
        if (stage > Stage.Provision)
        {
            var release = await bench.SentAsync<ReleaseHost>(sent => sent.JobId == job);
            await bench.PublishAsync(SampleEvents.Success(job, Stage.Release, release.Attempt, release.LeaseId));
        }

        await bench.ChangedAsync(job, change => change.State == JobState.Cancelled);
    }

    [Fact]
    public async Task A_host_that_comes_while_cancelling_is_released_before_the_job_ends()
    {
        await using var bench = await SagaBench.StartAsync();
        var job = await bench.SubmitAsync();
        await PlayAsync(bench, job, Flow[..2]);
        await WaitForAsync(bench, job, Stage.Provision, 1);
        await bench.PublishAsync(new CancelJob { JobId = job, Reason = "test" });
        await bench.ChangedAsync(job, change => change.State == JobState.Cancelling);
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Provision, 1));
        await bench.Recorder.ConsumedAsync<HostAcquired>(taken => taken.JobId == job);
        await bench.PublishAsync(new StageCancelled { JobId = job, Stage = Stage.Provision, Attempt = 1 });

        await bench.SentAsync<ReleaseHost>(release => release.JobId == job && release.LeaseId == "lease-1");
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Release, 1));
        await bench.ChangedAsync(job, change => change.State == JobState.Cancelled);
    }

    [Fact]
    public async Task A_host_for_an_unknown_job_is_given_back()
    {
        await using var bench = await SagaBench.StartAsync();
        var unknown = JobId.New();
        await bench.PublishAsync(SampleEvents.Success(unknown, Stage.Provision, 1, "lease-lost"));
        await bench.SentAsync<ReleaseHost>(release => release.JobId == unknown && release.LeaseId == "lease-lost");
    }

    private static async Task PlayAsync(SagaBench bench, string job, Stage[] stages)
    {
        foreach (var stage in stages)
        {
            await WaitForAsync(bench, job, stage, 1);
            var message = SampleEvents.Success(job, stage, 1);
            await bench.PublishAsync(message);
        }
    }

    private static Task WaitForAsync(SagaBench bench, string job, Stage stage, int attempt) =>
        bench.ChangedAsync(job, change => change.Stage == stage && change.Attempt == attempt && change.State == JobState.Running);
}
