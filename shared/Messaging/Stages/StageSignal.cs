namespace FineTunePipeline.Messaging.Stages;

/// <summary>Wakes the runner of a stage in this process when its inbox wrote something, so that nobody waits for the next poll.</summary>
internal sealed class StageSignal<TCommand>
{
    private volatile TaskCompletionSource _written = New();
    private volatile bool _closing;

    /// <summary>Completes at the next <see cref="Set"/>.</summary>
    public Task Written => _written.Task;

    /// <summary>Attempts may be among what was written that are to be ended; false after it was asked once.</summary>
    public bool TakeClosing() => Interlocked.Exchange(ref _closing, false);

    public void SetClosing() => _closing = true;

    public void Set() => Interlocked.Exchange(ref _written, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
