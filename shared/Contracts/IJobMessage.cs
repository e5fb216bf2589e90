namespace FineTunePipeline.Contracts;

/// <summary>Every message belongs to a job.</summary>
public interface IJobMessage
{
    /// <summary>See <see cref="Jobs.JobId"/>.</summary>
    string JobId { get; }
}
