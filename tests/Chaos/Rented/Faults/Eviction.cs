using FineTunePipeline.Chaos.Rented.Hosts;

namespace FineTunePipeline.Chaos.Rented.Faults;

/// <summary>A disturbance of a host that a job had.</summary>
/// <param name="JobId">Whose.</param>
/// <param name="Stage">Where that job was.</param>
/// <param name="Outage">What it was.</param>
internal sealed record Eviction(string JobId, string Stage, Outage Outage)
{
    public override string ToString() => FormattableString.Invariant($"{Outage.Kind} of {Outage.Machine} under {JobId} at {Stage}");
}
