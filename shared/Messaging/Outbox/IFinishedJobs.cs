namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Knows which jobs are at their end; the service that owns jobs implements it. Asked only where the transport forgets, so it is in this process.</summary>
public interface IFinishedJobs
{
    /// <summary>Those of <paramref name="jobIds"/> that have been final, with no host left to release, for at least <paramref name="forAtLeast"/>, or are unknown.</summary>
    Task<IReadOnlyCollection<string>> SelectAsync(IReadOnlyCollection<string> jobIds, TimeSpan forAtLeast, CancellationToken cancellationToken);
}
