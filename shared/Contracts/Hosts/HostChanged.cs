namespace FineTunePipeline.Contracts.Hosts;

/// <summary>Published by Provisioning at each change of a host of the pool: the whole of what views show. Holds no secret.</summary>
public sealed record HostChanged
{
    public required string HostName { get; init; }

    /// <summary>Grows with each change of the pool; a view ignores a lower one of the same host.</summary>
    public required long Version { get; init; }

    public required HostState State { get; init; }

    public required string Address { get; init; }

    public required decimal HourlyPrice { get; init; }

    public required string Currency { get; init; }

    public string? Gpu { get; init; }

    public string? WorkFolder { get; init; }

    public required string OnRelease { get; init; }

    /// <summary>Its owner gave a command that says whether it runs; the command itself is not told.</summary>
    public bool HasStatusCommand { get; init; }

    /// <summary>The job that has it, or had it last.</summary>
    public string? JobId { get; init; }

    /// <summary>Absolute folder of that job on the host; null: the job has not moved in, or is gone.</summary>
    public string? JobFolder { get; init; }

    /// <summary>Fingerprint of the pinned host key.</summary>
    public string? HostKey { get; init; }

    /// <summary>One sentence on what is wrong with it, or null.</summary>
    public string? Fault { get; init; }

    /// <summary>The last test that its owner asked for; null: none.</summary>
    public HostTest? Test { get; init; }

    public required DateTimeOffset At { get; init; }
}
