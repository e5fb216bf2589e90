using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>The peer: chains of seven tasks of Celery on the same broker, with a worker of two processes.</summary>
internal sealed class CeleryContestant : Contestant
{
    private const int WarmUp = 100;

    private readonly SagaOptions _options;
    private readonly Dictionary<string, string> _environment;
    private readonly ChildProcess _worker;

    private CeleryContestant(string name, SagaOptions options, Dictionary<string, string> environment, ChildProcess worker) =>
        (Name, _options, _environment, _worker) = (name, options, environment, worker);

    public override string Name { get; }

    protected override double CpuSeconds => _worker.CpuSeconds;

    /// <param name="options">Broker and Python.</param>
    /// <param name="name">For people and for its queue.</param>
    /// <param name="results">Its result backend, as Celery writes it; empty for none.</param>
    public static async Task<CeleryContestant> StartAsync(SagaOptions options, string name, string results)
    {
        var environment = new Dictionary<string, string>
        {
            ["BROKER"] = options.Broker.ToString(),
            ["RESULTS"] = results,
            ["QUEUE"] = name.Replace(' ', '-'),
            ["ENDS"] = Path.Combine(options.Folder, name + "-ends.txt"),
            ["C_FORCE_ROOT"] = "1",
            ["PYTHONPATH"] = AppContext.BaseDirectory,
        };
        var worker = await ChildProcess.StartAsync(
            options.Python, ["-m", "celery", "-A", "celery_chain", "worker", "-c", "2", "-l", "WARNING", "--without-gossip", "--without-mingle"], environment, "celery@", AppContext.BaseDirectory);
        var contestant = new CeleryContestant(name, options, environment, worker);
        await contestant.BurstAsync(WarmUp);
        return contestant;
    }

    public override ValueTask DisposeAsync() => _worker.DisposeAsync();

    protected override async Task<double> BurstAsync(int jobs) =>
        (await ClientAsync("burst", jobs.ToString(CultureInfo.InvariantCulture))).GetProperty("seconds").GetDouble();

    protected override async Task<IReadOnlyList<double>> PacedAsync()
    {
        var seconds = (PacedJobs / Rate).ToString(CultureInfo.InvariantCulture);
        var paced = await ClientAsync("paced", Rate.ToString(CultureInfo.InvariantCulture), seconds);
        return [.. paced.GetProperty("latencies_ms").EnumerateArray().Select(value => value.GetDouble())];
    }

    private async Task<JsonElement> ClientAsync(params string[] what)
    {
        var start = new ProcessStartInfo(_options.Python, [Path.Combine(AppContext.BaseDirectory, "celery_chain.py"), .. what]) { RedirectStandardOutput = true };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonDocument.Parse(output).RootElement : throw new InvalidOperationException($"Celery's client ended with {process.ExitCode}.");
    }
}
