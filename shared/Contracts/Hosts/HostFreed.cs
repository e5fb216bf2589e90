namespace FineTunePipeline.Contracts.Hosts;

/// <summary>The pool has a host that no job uses: one was added, mended, or given back. Jobs that wait for one may try again.</summary>
public sealed record HostFreed
{
    public required string HostName { get; init; }
}
