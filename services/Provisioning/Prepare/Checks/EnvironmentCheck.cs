namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>One question to a host, as data.</summary>
/// <param name="Name">Short and stable: disk, libc, clock.</param>
/// <param name="Limit">Longest time; a host that is slower has failed.</param>
/// <param name="IfFailed">What a failure means, unless the finding itself says that it is the user's.</param>
/// <param name="Advice">What to change if it failed, for people.</param>
/// <param name="AskAsync">Asks. Throws only what says nothing about the host.</param>
internal sealed record EnvironmentCheck(
    string Name, TimeSpan Limit, Verdict IfFailed, string Advice, Func<HostUnderTest, CancellationToken, Task<Finding>> AskAsync)
{
    /// <summary>Asked only where our engines are to be installed: what runs on this computer proves itself by running.</summary>
    public bool OnlyWhereInstalled { get; init; }

    /// <summary>Of graphics cards: asked on this computer, too, if the trainer computes on one.</summary>
    public bool OfCards { get; init; }

    /// <summary>Asked only where the job's model lies on the host.</summary>
    public bool OnlyOfHostModel { get; init; }

    /// <summary>Asked only where a host that lacks the trainer gets it.</summary>
    public bool OnlyIfTrainerInstalls { get; init; }

    /// <summary>Asked only when nothing failed before: it would fail for the same reason, or cost much.</summary>
    public bool OnlyIfFitSoFar { get; init; }
}
