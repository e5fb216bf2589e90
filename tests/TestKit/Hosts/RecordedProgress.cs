using FineTunePipeline.Hosts;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>Keeps what was reported, in order.</summary>
public sealed class RecordedProgress : IProgress<TransferProgress>
{
    private readonly List<TransferProgress> _reports = [];

    public IReadOnlyList<TransferProgress> Reports
    {
        get
        {
            lock (_reports)
            {
                return [.. _reports];
            }
        }
    }

    public TransferProgress Last => Reports[^1];

    public void Report(TransferProgress value)
    {
        lock (_reports)
        {
            _reports.Add(value);
        }
    }
}
