namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>What the copies of one contestant took.</summary>
internal sealed class UploadTimes
{
    public List<double> Seconds { get; } = [];

    /// <summary>Processor seconds on this side.</summary>
    public List<double> Here { get; } = [];

    /// <summary>Processor seconds of the server and all that it started.</summary>
    public List<double> There { get; } = [];
}
