using FineTunePipeline.Hosts;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>What a command did.</summary>
public sealed record ScriptedRun(RunState State, int? ExitCode, string Output = "", string Error = "")
{
    /// <summary>Ended well, with this last line of output.</summary>
    public static ScriptedRun Done(string output = "") => new(RunState.Exited, 0, output + "\n");

    public static ScriptedRun Failed(int exitCode, string error = "") => new(RunState.Exited, exitCode, "", error + "\n");

    /// <summary>Goes on until it is stopped or ended by the test.</summary>
    public static ScriptedRun Running(string output = "") => new(RunState.Running, null, output + "\n");

    /// <summary>Gone without an exit code.</summary>
    public static ScriptedRun Vanished() => new(RunState.Vanished, null);
}
