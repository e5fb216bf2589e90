namespace FineTunePipeline.Hosts;

/// <summary>A program with its arguments; never a shell line.</summary>
public sealed record HostCommand
{
    /// <summary>Absolute path, or a name found on the host's PATH.</summary>
    public required string FileName { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Added to the environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>Longest run. <see cref="IComputeHost.RunAsync"/> ends the command then; a started run ends itself then. Default 10 minutes.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);
}
