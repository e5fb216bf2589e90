namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>How things stood at a moment, by the services' own tables.</summary>
/// <param name="AtMs">Milliseconds since 1970.</param>
/// <param name="Seconds">Since the sample before.</param>
/// <param name="Waiting">Jobs that have no host, and there was none for them: all were with other jobs, lost or away.</param>
internal sealed record PoolSample(long AtMs, double Seconds, IReadOnlySet<string> Waiting);
