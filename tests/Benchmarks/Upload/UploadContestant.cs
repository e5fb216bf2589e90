namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>Somebody who copies a folder to a host.</summary>
internal abstract class UploadContestant(string name)
{
    public string Name => name;

    /// <summary>What is not timed, before a copy.</summary>
    public virtual Task BeginAsync(UploadHost host) => Task.CompletedTask;

    public abstract Task CopyAsync(UploadSource source, UploadHost host, string target);

    /// <summary>What is not timed, after it.</summary>
    public virtual Task EndAsync() => Task.CompletedTask;

    /// <summary>Processor time on this side, of a copy that lies between two readings.</summary>
    public abstract double Here(ProcessorTime passed);
}
