namespace FineTunePipeline.Messaging.Stages;

/// <summary>Wakes the runner of a stage in this process when its inbox wrote something, so that nobody waits for the next poll.</summary>
internal sealed class StageSignal<TCommand>
{
    private volatile TaskCompletionSource _written = New();

    /// <summary>Completes at the next <see cref="Set"/>.</summary>
    public Task Written => _written.Task;

    public void Set() => Interlocked.Exchange(ref _written, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
