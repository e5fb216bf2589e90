namespace FineTunePipeline.Standalone.Demo;

/// <summary>Ctrl-C and SIGTERM cancel the job, so that nothing is left running; a second Ctrl-C ends at once.</summary>
internal sealed class DemoInterrupt : IDisposable
{
    private readonly ConsoleCancelEventHandler _handler;
    private bool _asked;

    public DemoInterrupt(Func<Task> cancel)
    {
        _handler = (_, press) =>
        {
            press.Cancel = !_asked;
            if (!_asked)
            {
                _asked = true;
                Console.Error.WriteLine("Cancelling; press Ctrl-C again to leave at once");
                _ = cancel();
            }
        };
        Console.CancelKeyPress += _handler;
    }

    public void Dispose() => Console.CancelKeyPress -= _handler;
}
