using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts.Probes;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>
/// Training did not fit into memory: it is made to fit without becoming another training, step by step, and then another host is taken, with more memory on its cards.
/// Each step ends: micro-batches become one sample, checkpointing is on or off, and cards only larger.
/// </summary>
public sealed partial class FineTuneStateMachine
{
    private async Task RelieveAsync(BehaviorContext<FineTuneSaga> context, Failure failure)
    {
        var saga = context.Saga;
        var used = saga.Retries.GetValueOrDefault(FailureKind.OutOfMemory);
        saga.Retries = saga.Retries.SetItem(FailureKind.OutOfMemory, used + 1);
        if (OutOfMemoryRelief.Shrink(saga.TrainWith, used) is { } smaller)
        {
            saga.TrainWith = smaller;
            await TrainAgainAsync(context, failure, $"micro-batch {smaller.PerDeviceTrainBatchSize}, accumulation {smaller.GradientAccumulationSteps}");
        }
        else if (!saga.Recomputes && OutOfMemoryRelief.IsCheckpointingOff(saga.Spec))
        {
            saga.Recomputes = true;
            await TrainAgainAsync(context, failure, "gradient checkpointing on");
        }
        else if (saga.Prepared?.Trainer?.CardBytes is { } bytes)
        {
            await TakeLargerHostAsync(context, failure, bytes);
        }
        else
        {
            await FailAsync(context, failure with { Message = $"{failure.Message.TrimEnd('.')}. Tried: {Tried(saga)}. {OutOfMemoryRelief.Advice(saga.Spec)}" });
        }
    }

    /// <summary>The job as training is told of it, with what want of memory made of it.</summary>
    private static JobSpec TrainSpec(FineTuneSaga saga) =>
        (saga.Recomputes ? OutOfMemoryRelief.WithCheckpointing(saga.Spec) : saga.Spec) with { Hyperparameters = saga.TrainWith };

    private async Task TrainAgainAsync(BehaviorContext<FineTuneSaga> context, Failure failure, string how)
    {
        Note(context.Saga, Stage.Train, "relieved", how);
        await WaitAsync(context, TimeSpan.Zero, $"Training failed ({failure.Message}); again with {how}");
    }

    /// <summary>The host is given back first, and the next one taken when it is gone: nobody pays for two.</summary>
    private async Task TakeLargerHostAsync(BehaviorContext<FineTuneSaga> context, Failure failure, long bytes)
    {
        var saga = context.Saga;
        saga.MoreCardBytes = bytes;
        saga.CurrentState = Waiting.Name;
        saga.RetryToken = null;
        Note(saga, Stage.Train, "relieved", $"a host whose cards have more than {GraphicsCardReport.Size(bytes)}");
        await ReleaseAsync(context, "its cards have too little memory for the job");
        await PublishChangeAsync(context, JobState.Running, $"Training failed ({failure.Message}); a host whose cards have more than {GraphicsCardReport.Size(bytes)} is taken");
    }

    /// <summary>Waiting until the host that is too small is gone.</summary>
    private bool IsLeaving(FineTuneSaga saga) => saga.CurrentState == Waiting.Name && saga.Releasing && NextStage(saga) == Stage.Provision;

    /// <summary>What was done for want of memory, for people.</summary>
    private static string Tried(FineTuneSaga saga)
    {
        var (size, asked) = (saga.TrainWith.PerDeviceTrainBatchSize, saga.Spec.Hyperparameters.PerDeviceTrainBatchSize);
        var tried = new List<string> { size == asked ? $"micro-batch {size}" : $"micro-batch {size} in place of {asked}" };
        if (saga.Recomputes)
        {
            tried.Add("gradient checkpointing");
        }

        if (saga.MoreCardBytes is { } bytes)
        {
            tried.Add($"cards of {GraphicsCardReport.Size(bytes)}");
        }

        return string.Join(", ", tried);
    }

    /// <summary>Why a host is looked for that is hard to find.</summary>
    private static Failure ForLargerHost(FineTuneSaga saga, Failure failure) => saga.MoreCardBytes is null || saga.Stage != Stage.Provision || (failure.Kind == FailureKind.Capacity && !failure.NeedsPerson)
        ? failure
        : failure with { Message = $"Training does not fit into the memory of its hosts. Tried: {Tried(saga)}. {OutOfMemoryRelief.Advice(saga.Spec)} {failure.Message}" };
}
