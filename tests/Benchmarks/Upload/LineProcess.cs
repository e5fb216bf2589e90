using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.TestKit.Ssh;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>The slow line in a process of its own, so that its work is nobody's.</summary>
internal sealed class LineProcess : IAsyncDisposable
{
    private readonly Process _process;

    private LineProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<LineProcess> StartAsync(int targetPort, TimeSpan roundTrip)
    {
        var process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            ["upload-line", targetPort.ToString(CultureInfo.InvariantCulture), roundTrip.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return new LineProcess(process, int.Parse(await process.StandardOutput.ReadLineAsync() ?? "", CultureInfo.InvariantCulture));
    }

    /// <summary>The process itself: until its input ends.</summary>
    public static async Task<int> RunAsync(string targetPort, string roundTripMilliseconds)
    {
        var roundTrip = TimeSpan.FromMilliseconds(double.Parse(roundTripMilliseconds, CultureInfo.InvariantCulture));
        await using var line = new SlowLine(int.Parse(targetPort, CultureInfo.InvariantCulture), roundTrip / 2);
        Console.WriteLine(line.Port.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
