namespace FineTunePipeline.UnitTests.Durable;

/// <summary>Holds those who come until so many are there; later ones pass. Makes a conflict certain.</summary>
internal sealed class Rendezvous(int size = 0)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _came;

    public int Came => _came;

    public Task MeetAsync()
    {
        if (Interlocked.Increment(ref _came) >= size)
        {
            _all.TrySetResult();
        }

        return _all.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
