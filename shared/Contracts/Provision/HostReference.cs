namespace FineTunePipeline.Contracts.Provision;

/// <summary>How to reach a compute host; holds no secret.</summary>
public sealed record HostReference
{
    /// <summary>local or ssh.</summary>
    public required string Kind { get; init; }

    /// <summary>For local: the machine and data folder it belongs to. For ssh: the address.</summary>
    public required string Address { get; init; }

    /// <summary>Absolute folder on the host under which the job's run folders lie.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>For ssh: fingerprint of the host key that was pinned when the host was taken (<c>SHA256:…</c>). No other key is talked to.</summary>
    public string? HostKey { get; init; }

    /// <summary>Absolute folder on the host that outlives leases, for what the next job can use again; null: there is none.</summary>
    public string? SharedFolder { get; init; }

    /// <summary>The graphics card that the host has by its owner's word; null: nothing was said.</summary>
    public string? Gpu { get; init; }
}
