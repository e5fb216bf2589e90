using System.Runtime.InteropServices;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>
/// SIGTERM or SIGINT: the training ends after a checkpoint. A second SIGINT ends the program at once; a second SIGTERM does not: a service that was killed
/// while it waited for the checkpoint asks again, and has SIGKILL for a trainer that takes too long.
/// </summary>
internal sealed class StopRequest : IDisposable
{
    private const int SignalBase = 128;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly PosixSignalRegistration[] _registrations;
    private readonly CancellationTokenSource _source = new();
    private volatile int _signal;

    public StopRequest() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Take(context, Terminate)),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Take(context, Interrupt)),
    ];

    public bool IsRequested => _signal != 0;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>143 after SIGTERM, 130 after SIGINT: what a shell reports for a program that these signals ended.</summary>
    public int ExitCode => SignalBase + _signal;

    /// <exception cref="StoppedException">A stop was requested.</exception>
    public void ThrowIfRequested()
    {
        if (IsRequested)
        {
            throw new StoppedException(ExitCode);
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Take(PosixSignalContext context, int signal)
    {
        context.Cancel = signal == Terminate || !IsRequested;
        _signal = signal;
        _source.Cancel();
    }
}
