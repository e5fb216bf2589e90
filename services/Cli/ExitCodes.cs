namespace FineTunePipeline.Cli;

/// <summary>What <c>finetune</c> ends with; also in the README.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The job failed, or was cancelled.</summary>
    public const int JobFailed = 1;

    /// <summary>Wrong usage, or an input that must be changed.</summary>
    public const int BadInput = 2;

    /// <summary>The gateway cannot be reached, or answered with an error of its own.</summary>
    public const int Gateway = 3;

    /// <summary>Stopped by Ctrl-C; the job goes on.</summary>
    public const int Interrupted = 130;
}
