using System.Runtime.InteropServices;
using FineTunePipeline.Hosts.Processes;

namespace FineTunePipeline.Supervisor;

/// <summary>A shutdown of the system asks us to end: the command is asked instead, and we stay until its exit code is written.</summary>
internal sealed class ForwardedSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public ForwardedSignals(ProcessIdentity command)
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                ProcessGroup.Terminate(command);
            }));
        }

        // A closed terminal is no reason to end: running on alone is what we are for.
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true));
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
