using FineTunePipeline.Hosts.Processes;

namespace FineTunePipeline.Supervisor;

/// <summary>A command that exists as a process but does not run yet: it can be put on record first.</summary>
internal interface ICommandProcess
{
    ProcessIdentity Identity { get; }

    /// <summary>Lets the command run.</summary>
    void Release();

    /// <summary>Ends it without ever having run the command.</summary>
    void Abandon();

    /// <summary>The exit code, as shells say it (128 + n after signal n).</summary>
    Task<int> WaitAsync();
}
