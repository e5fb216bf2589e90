namespace FineTunePipeline.Contracts.Hosts;

/// <summary>Test a host that no job has, as a job would before it uses it. Command to Provisioning; the answer is <see cref="HostChanged.Test"/>.</summary>
public sealed record TestHost
{
    public required string HostName { get; init; }

    /// <summary>By which the answer is known.</summary>
    public required string TestId { get; init; }
}
