namespace FineTunePipeline.Chaos.Rented.Faults;

/// <summary>A host that a job has now.</summary>
/// <param name="Name">The host's.</param>
/// <param name="JobId">The job's.</param>
/// <param name="Stage">Where the job is; <c>Release</c> if it gives the host back.</param>
internal sealed record HostInUse(string Name, string JobId, string Stage);
