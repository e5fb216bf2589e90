using System.Collections.Concurrent;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Wakes the streams of a job in this process when an event was stored.</summary>
internal sealed class JobSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();

    /// <summary>Completes at the next event of the job that is stored after this call.</summary>
    public Task NextAsync(string jobId) => _waiting.GetOrAdd(jobId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Set(string jobId)
    {
        if (_waiting.TryRemove(jobId, out var waiting))
        {
            waiting.TrySetResult();
        }
    }
}
