namespace FineTunePipeline.Messaging.Stages;

/// <summary>Wakes the runner of a stage in this process when its inbox wrote something, so that nobody waits for the next poll.</summary>
internal sealed class StageSignal<TCommand>
{
    private volatile TaskCompletionSource _written = New();
    private volatile bool _closing;

    /// <summary>Completes at the next <see cref="Set"/>.</summary>
    public Task Written => _written.Task;

    /// <summary>Whether attempts that are to be ended may be among what was written; false after it was asked once.</summary>
    public bool TakeClosing() => Interlocked.Exchange(ref _closing, false);

    /// <param name="closing">Attempts that are to be ended may be among what was written.</param>
    public void Set(bool closing = false)
    {
        if (closing)
        {
            _closing = true;
        }

        Interlocked.Exchange(ref _written, New()).TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
