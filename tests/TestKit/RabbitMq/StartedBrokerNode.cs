using System.Diagnostics;

namespace FineTunePipeline.TestKit.RabbitMq;

/// <summary>The broker that <c>tests/run</c> started (<c>tests/lib/broker.sh</c>), shared by all tests of the run.</summary>
internal sealed class StartedBrokerNode(Uri address, string control) : IBrokerNode
{
    public Uri Address => address;

    public Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => RunAsync(["ctl", .. arguments], cancellationToken);

    public Task KillAsync(CancellationToken cancellationToken) => RunAsync(["kill"], cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => RunAsync(["start"], cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(control, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{control} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await error}");
    }
}
