namespace FineTunePipeline.Hosts;

/// <summary>Names of the files in a run folder: the contract between the supervisor and us (design: host contract).</summary>
public static class RunFolder
{
    /// <summary>Process id, its start time and the boot id, one per line; written before the command can do anything.</summary>
    public const string Pid = "pid";

    /// <summary>Exit code of a supervisor that is to start a run where there is one, or was.</summary>
    public const int AlreadyHasRun = 3;

    /// <summary>Touched every few seconds by the supervisor.</summary>
    public const string Heartbeat = "heartbeat";

    /// <summary>Decimal exit code; written once, atomically, after the command ended.</summary>
    public const string ExitCode = "exit_code";

    /// <summary>The command's standard output.</summary>
    public const string Output = "stdout.log";

    /// <summary>The command's standard error.</summary>
    public const string Error = "stderr.log";

    /// <summary>Like <see cref="Pid"/>, of the supervisor itself.</summary>
    public const string Supervisor = "supervisor";

    /// <summary>What to run (a <see cref="HostCommand"/> as JSON); readable by its owner alone, because the environment may hold secrets.</summary>
    public const string Command = "command.json";

    /// <summary>What to run on a host that is reached by SSH, as lines of a POSIX shell; readable by its owner alone.</summary>
    public const string CommandScript = "command.sh";

    /// <summary>Held locked by the supervisor while it lives, so that a folder never gets two.</summary>
    public const string Lock = "lock";

    /// <summary>Written by whoever stops the run, before it looks for a process: a start still under way sees it and runs nothing.</summary>
    public const string Stop = "stop";

    /// <summary>
    /// The run folder of an attempt. Named by job, stage and attempt, never by fence: whoever comes later with the same attempt finds and adopts what runs.
    /// </summary>
    /// <param name="workFolder">The host's work folder.</param>
    /// <param name="name">Tells several runs of one attempt apart, such as <c>train</c> or <c>predict-base</c>.</param>
    public static string For(string workFolder, string jobId, string stage, int attempt, string name) =>
        $"{ForAttempt(workFolder, jobId, stage, attempt)}/{name}";

    /// <summary>What holds the run folders of an attempt.</summary>
    public static string ForAttempt(string workFolder, string jobId, string stage, int attempt) => $"{workFolder.TrimEnd('/')}/{jobId}/{stage}-{attempt}";
}
