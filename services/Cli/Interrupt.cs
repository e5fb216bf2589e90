namespace FineTunePipeline.Cli;

/// <summary>Ctrl-C ends what the program does here, and nothing that runs at the gateway.</summary>
internal static class Interrupt
{
    private static readonly CancellationTokenSource Source = Create();

    public static CancellationToken Token => Source.Token;

    private static CancellationTokenSource Create()
    {
        var source = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            source.Cancel();
        };
        return source;
    }
}
