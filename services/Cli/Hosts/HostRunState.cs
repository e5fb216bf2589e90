namespace FineTunePipeline.Cli.Hosts;

/// <summary>How something that ran on a job's host is over.</summary>
internal enum HostRunState
{
    /// <summary>By itself, or somebody ended it there.</summary>
    Ended,

    /// <summary>The job has left the host, and with it what ran for a person.</summary>
    Gone,

    /// <summary>The connection broke, or never was.</summary>
    Lost,
}
