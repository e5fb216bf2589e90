namespace FineTunePipeline.Contracts.Hosts;

/// <summary>Take a host out of the pool. Command to Provisioning; a host in use goes when its job has given it back.</summary>
public sealed record RemoveHost
{
    public required string HostName { get; init; }
}
