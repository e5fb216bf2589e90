namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>The environment test of a host.</summary>
internal sealed record EnvironmentReport
{
    public required IReadOnlyList<ProbeResult> Probes { get; init; }

    /// <summary>What the trainer's <c>version</c> printed; empty if it did not.</summary>
    public required string TrainerVersion { get; init; }

    public bool Passed => Probes.All(probe => probe.Passed);
}
