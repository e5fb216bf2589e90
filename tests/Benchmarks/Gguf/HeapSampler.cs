namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>Watches this process's managed memory a few hundred times a second and keeps the peak.</summary>
internal sealed class HeapSampler : IDisposable
{
    private readonly Timer _timer;
    private long _peak;

    public HeapSampler() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));

    public double PeakMegabytes()
    {
        Look();
        return Interlocked.Read(ref _peak) / 1e6;
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = Math.Max(GC.GetTotalMemory(forceFullCollection: false), GC.GetGCMemoryInfo().TotalCommittedBytes);
        var peak = Interlocked.Read(ref _peak);
        while (now > peak)
        {
            peak = Interlocked.CompareExchange(ref _peak, now, peak) is var seen && seen == peak ? now : seen;
        }
    }
}
