using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.TestKit.Stages;
using Xunit;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>What becomes of a job whose training does not fit into memory.</summary>
public sealed class SagaMemoryTests
{
    private const long Card = 24L << 30;

    [Fact]
    public async Task From_one_sample_on_gradient_checkpointing_is_switched_on_and_then_a_host_with_larger_cards_taken()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Running", Stage.Train, saga => Prepare(saga, """{"disable_gradient_checkpointing": true, "optim": "adamw_torch"}""", batch: 2));
        var job = saga.JobId;

        await FailAsync(bench, job, 2);
        var third = await bench.SentAsync<StartTraining>(start => start.Attempt == 3);
        Assert.Equal((1, 6, 2), (third.Spec.Hyperparameters.PerDeviceTrainBatchSize, third.Spec.Hyperparameters.GradientAccumulationSteps, third.Spec.Llamafactory.Count));

        await FailAsync(bench, job, 3);
        var fourth = await bench.SentAsync<StartTraining>(start => start.Attempt == 4);
        Assert.Equal(["optim"], fourth.Spec.Llamafactory.Keys);
        Assert.Equal((1, 6), (fourth.Spec.Hyperparameters.PerDeviceTrainBatchSize, fourth.Spec.Hyperparameters.GradientAccumulationSteps));

        await FailAsync(bench, job, 4);
        await bench.SentAsync<ReleaseHost>(release => release.LeaseId == "lease-held");
        Assert.DoesNotContain(bench.Recorder.Out, sent => sent is AcquireHost);

        await bench.PublishAsync(SampleEvents.Success(job, Stage.Release, saga.LeaseAttempt, "lease-held"));
        var acquire = await bench.SentAsync<AcquireHost>(acquire => acquire.JobId == job);
        Assert.Equal((3, Card), (acquire.Attempt, acquire.MoreCardBytesThan));
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Provision, 3, "lease-large"));
        Assert.Equal(Card, (await bench.SentAsync<PrepareHost>(prepare => prepare.JobId == job)).MoreCardBytesThan);
        await bench.PublishAsync(SampleEvents.Success(job, Stage.Prepare, 3));

        // The settings that were found stay; each change stands in the account.
        var last = await bench.SentAsync<StartTraining>(start => start.Attempt == 5);
        Assert.Equal((1, "optim"), (last.Spec.Hyperparameters.PerDeviceTrainBatchSize, last.Spec.Llamafactory.Keys.Single()));
        Assert.Equal(
            ["micro-batch 1, accumulation 6", "gradient checkpointing on", "a host whose cards have more than 24.0 GiB"],
            saga.Moments.Where(moment => moment.What == "relieved").Select(moment => moment.Detail));
        Assert.Equal(2, saga.Spec.Llamafactory.Count);
    }

    [Theory]
    [InlineData(TrainerNames.Builtin, "{}", "quantization_bit", false)]
    [InlineData(TrainerNames.LlamaFactory, "{}", "quantization_bit: 4", true)]
    [InlineData(TrainerNames.LlamaFactory, """{"quantization_bit": 4}""", "quantization_bit", false)]
    public async Task What_cannot_be_made_to_fit_ends_with_what_was_tried_and_what_to_change(string trainer, string own, string word, bool isAdvised)
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Running", Stage.Train, saga =>
        {
            Prepare(saga, own, batch: 8, trainer);
            saga.TrainWith = saga.TrainWith with { PerDeviceTrainBatchSize = 1, GradientAccumulationSteps = 24 };
            saga.Prepared = saga.Prepared! with { Trainer = null };
        });

        await FailAsync(bench, saga.JobId, 2);

        var failed = await bench.ChangedAsync(saga.JobId, change => change.State == JobState.Failed);
        Assert.StartsWith("It broke. Tried: micro-batch 1 in place of 8. Lower hyperparameters.cutoff_len", failed.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(isAdvised, failed.Failure.Message.Contains(word, StringComparison.Ordinal));
        await bench.SentAsync<ReleaseHost>(release => release.LeaseId == "lease-held");
    }

    [Fact]
    public async Task Where_no_larger_host_is_left_a_person_is_told_what_was_tried_and_nothing_is_paid()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Running", Stage.Provision, Leave);

        await bench.PublishAsync(new StageFailed
        {
            JobId = saga.JobId,
            Stage = Stage.Provision,
            Attempt = 2,
            Failure = new Failure("no_host", "No host is left for this job. Add one: finetune hosts add", FailureKind.Capacity) { NeedsPerson = true },
        });

        var waiting = await bench.ChangedAsync(saga.JobId, change => change.State == JobState.WaitingForYou);
        Assert.StartsWith("Training does not fit into the memory of its hosts. Tried: micro-batch 1, cards of 24.0 GiB. Lower hyperparameters.cutoff_len", waiting.Message, StringComparison.Ordinal);
        Assert.EndsWith("No host is left for this job. Add one: finetune hosts add", waiting.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_lost_on_its_way_out_is_not_waited_for()
    {
        await using var bench = await SagaBench.StartAsync();
        var saga = await bench.PutAsync("Waiting", Stage.Train, Leave);

        await bench.PublishAsync(new AskAgain { JobId = saga.JobId });
        await bench.SentAsync<ReleaseHost>(release => release.LeaseId == "lease-held");
        Assert.DoesNotContain(bench.Recorder.Out, sent => sent is AcquireHost);

        await bench.PublishAsync(new HostLost { JobId = saga.JobId, LeaseId = "lease-held", Attempt = 2, Reason = "It is gone." });
        Assert.Equal(3, (await bench.SentAsync<AcquireHost>(acquire => acquire.JobId == saga.JobId)).Attempt);
    }

    /// <summary>Every event, of the current attempt and of an older one, while a host that is too small is given back.</summary>
    [Fact]
    public async Task No_event_uses_a_host_that_is_on_its_way_out()
    {
        await using var bench = await SagaBench.StartAsync();
        foreach (var stage in new[] { Stage.Train, Stage.Prepare })
        {
            var count = SagaBench.AllEvents(await bench.PutAsync("Waiting", stage, Leave), 2).Count;
            for (var index = 0; index < count * 2; index++)
            {
                var saga = await bench.PutAsync("Waiting", stage, Leave);
                var message = SagaBench.AllEvents(saga, 1 + (index % 2))[index / 2];

                await bench.PublishAsync(message);

                await bench.Recorder.ConsumedAsync<IJobMessage>(consumed => consumed.JobId == saga.JobId);
                Assert.Empty(bench.Recorder.Faults);
                var sent = bench.Recorder.Out.OfType<IStageCommand>().Where(sent => sent.JobId == saga.JobId).ToList();
                Assert.DoesNotContain(sent, command => command is StartTraining or PrepareHost);
                Assert.True(saga.CurrentState != "Waiting" || saga.LeaseId is null || saga.Releasing, $"{message} leaves {saga.LeaseId} in use");
                Assert.True(saga.CurrentState is "Waiting" or "Running" or "Cancelling" or "Pausing" or "Paused", $"{message} leads to {saga.CurrentState}");
            }
        }
    }

    private static Task FailAsync(SagaBench bench, string job, int attempt) => bench.PublishAsync(SagaBench.Failed(job, Stage.Train, attempt, FailureKind.OutOfMemory));

    private static void Prepare(FineTuneSaga saga, string own, int batch, string trainer = TrainerNames.LlamaFactory)
    {
        saga.Spec = saga.Spec with
        {
            Provider = new ProviderSpec { Name = "ssh", Trainer = trainer },
            Hyperparameters = new Hyperparameters { PerDeviceTrainBatchSize = batch, GradientAccumulationSteps = 3 },
            Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(own)!,
        };
        saga.TrainWith = saga.Spec.Hyperparameters;
        saga.Prepared = saga.Prepared! with { Trainer = new TrainerProgram { FileName = "/tool", Cards = 1, CardBytes = Card } };
    }

    private static void Leave(FineTuneSaga saga)
    {
        Prepare(saga, "{}", batch: 1);
        (saga.MoreCardBytes, saga.Releasing, saga.RetryToken) = (Card, saga.LeaseId is not null, null);
    }
}
