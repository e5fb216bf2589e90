using FineTunePipeline.Contracts.Hosts;

namespace FineTunePipeline.Gateway.Data;

/// <summary>A host that a person has, as <see cref="HostChanged"/> told it last.</summary>
public sealed class HostViewRow
{
    public required string Name { get; set; }

    public long Version { get; set; }

    public HostState State { get; set; }

    /// <summary>The job that has it, or had it last.</summary>
    public string? JobId { get; set; }

    /// <summary>The newest <see cref="HostChanged"/> (JSON).</summary>
    public string Change { get; set; } = "";
}
