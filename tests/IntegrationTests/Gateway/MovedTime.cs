namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>The real time, moved by as much as a test wants to wait.</summary>
internal sealed class MovedTime : TimeProvider
{
    private long _ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));

    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
