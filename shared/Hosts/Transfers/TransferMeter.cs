namespace FineTunePipeline.Hosts.Transfers;

/// <summary>Counts what an upload has done, and reports it. Safe for several threads.</summary>
internal sealed class TransferMeter(long totalBytes, IProgress<TransferProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private long _reported = time.GetTimestamp();
    private long _done;
    private long _sent;

    /// <summary>Bytes that went to the host.</summary>
    public void Sent(long bytes) => Count(0, bytes, isEnd: false);

    /// <summary>Bytes that the host has; less than zero where it turned out not to have them.</summary>
    public void Done(long bytes) => Count(bytes, 0, isEnd: false);

    /// <summary>Reports the end.</summary>
    public void End() => Count(0, 0, isEnd: true);

    private void Count(long done, long sent, bool isEnd)
    {
        lock (_lock)
        {
            _done += done;
            _sent += sent;
            if (progress is null || (!isEnd && time.GetElapsedTime(_reported) < ReportEvery))
            {
                return;
            }

            // Under the lock, so that no older figure follows a newer one.
            _reported = time.GetTimestamp();
            var seconds = time.GetElapsedTime(_began).TotalSeconds;
            progress.Report(new TransferProgress(_done, totalBytes, _sent, seconds > 0 ? _sent / seconds : 0));
        }
    }
}
