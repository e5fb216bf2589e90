namespace FineTunePipeline.Cli.Hosts;

/// <summary>The end of a <see cref="HostRun"/>.</summary>
/// <param name="State">How.</param>
/// <param name="ExitCode">Of what ended there.</param>
/// <param name="Text">The result at a good end, else the last of its standard error.</param>
internal sealed record HostRunEnd(HostRunState State, int ExitCode, string Text)
{
    /// <summary>In a host's shell: ended by a signal to end.</summary>
    private const int Terminated = 143;

    private const string TimeLimitWords = "finetune-supervise: ended at the time limit";

    public static HostRunEnd Gone { get; } = new(HostRunState.Gone, 0, "");

    public static HostRunEnd Lost { get; } = new(HostRunState.Lost, 0, "");

    public bool Succeeded => State == HostRunState.Ended && ExitCode == 0;

    public bool HitTimeLimit => Text.Contains(TimeLimitWords, StringComparison.Ordinal);

    /// <summary>Somebody ended it there: when the job gives its host back, all that runs under it is.</summary>
    public bool WasStopped => State == HostRunState.Ended && ExitCode == Terminated && !HitTimeLimit;

    /// <summary>For a sentence.</summary>
    public string LastLine => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it wrote nothing";
}
