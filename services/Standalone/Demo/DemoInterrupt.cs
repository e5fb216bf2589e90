using System.Runtime.InteropServices;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>Ctrl-C and SIGTERM cancel the job, or what is done before there is one, so that nothing is left running; a second one ends at once.</summary>
internal sealed class DemoInterrupt : IDisposable
{
    /// <summary>What a shell says of a program that Ctrl-C ended.</summary>
    public const int Interrupted = 130;

    private readonly Func<Task> _cancel;
    private readonly List<PosixSignalRegistration> _registrations;
    private bool _asked;

    public DemoInterrupt(Func<Task> cancel)
    {
        _cancel = cancel;
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_asked)
        {
            Environment.Exit(Interrupted);
        }

        _asked = true;
        Console.Error.WriteLine("Cancelling; press Ctrl-C again to leave at once");
        _ = _cancel();
    }
}
