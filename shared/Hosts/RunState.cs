namespace FineTunePipeline.Hosts;

/// <summary>State of a run in its run folder.</summary>
public enum RunState
{
    /// <summary>The folder holds no run.</summary>
    None,

    /// <summary>The process that the folder names is alive.</summary>
    Running,

    /// <summary>It ended and left its exit code.</summary>
    Exited,

    /// <summary>It is not alive and left no exit code: killed with its supervisor, or the host rebooted. Never a success.</summary>
    Vanished,
}
