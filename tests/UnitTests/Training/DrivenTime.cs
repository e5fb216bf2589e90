using Microsoft.Extensions.Time.Testing;

namespace FineTunePipeline.UnitTests.Training;

/// <summary>A clock that moves only when somebody waits for it, and then at once: work that takes real time never seems to take long.</summary>
internal sealed class DrivenTime : FakeTimeProvider
{
    private readonly SemaphoreSlim _waits = new(0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Release();
        return timer;
    }

    /// <summary>Runs work to its end, moving the clock by <paramref name="step"/> at each wait.</summary>
    public async Task<T> DriveAsync<T>(Func<Task<T>> work, TimeSpan step)
    {
        // The test framework's own context would run the work and its driver in turns.
        var task = Task.Run(work);
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, _waits.WaitAsync());
            Advance(step);
        }

        return await task;
    }
}
