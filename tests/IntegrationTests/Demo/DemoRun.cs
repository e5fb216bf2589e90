using System.Text.Json;
using FineTunePipeline.IntegrationTests.Hosts.Pool;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.Demo;

/// <summary>One run of <c>demo</c>, as a person starts it, in a data folder of its own.</summary>
internal sealed class DemoRun : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private readonly string _home = Directory.CreateTempSubdirectory("demo-").FullName;

    public int ExitCode { get; private set; }

    /// <summary>What it wrote, piped.</summary>
    public string Screen { get; private set; } = "";

    /// <summary>Largest sum of the resident memory of all processes of the run, shared pages counted in each.</summary>
    public long PeakMemoryBytes { get; private set; }

    /// <summary>What <c>--json</c> wrote.</summary>
    public JsonElement Report { get; private set; }

    public IReadOnlyList<JsonElement> Artifacts => [.. Report.GetProperty("artifacts").EnumerateArray()];

    public IReadOnlyList<string> ProcessesLeft => [.. HomeProcesses.Of(_home).Select(process => process.ToString())];

    /// <summary>Its data folder.</summary>
    public string Home => _home;

    /// <param name="name">What the model is taught to be called.</param>
    /// <param name="rented">On rented hosts, with engines that need not be published first.</param>
    public static async Task<DemoRun> StartAsync(string name, bool rented = false)
    {
        var run = new DemoRun();
        var json = Path.Combine(run._home, "report.json");
        string[] arguments = ["demo", "--name", name, "--json", json, .. rented ? (string[])["--rented"] : []];
        var settings = rented ? new Dictionary<string, string> { ["Engines__HostFolder"] = ScriptEngines.Write(Path.Combine(run._home, "host-engines")) } : null;
        await using var program = StandaloneProgram.Start(run._home, arguments, settings);
        using var limit = new CancellationTokenSource(Limit);
        run.PeakMemoryBytes = await HomeProcesses.PeakMemoryAsync(run._home, program, limit.Token);
        run.ExitCode = await program.ExitCodeAsync();
        run.Screen = program.Said;
        run.Report = File.Exists(json) ? JsonElement.Parse(await File.ReadAllTextAsync(json, limit.Token)) : default;
        return run;
    }

    public double Score(string set, string when) => Report.GetProperty("evaluation").GetProperty(set).GetProperty(when).GetDouble();

    /// <summary>Path of the GGUF of a type.</summary>
    public string Gguf(string type) => Artifacts.Single(artifact => artifact.GetProperty("type").GetString() == type).GetProperty("path").GetString()!;

    /// <summary>Every question of the evaluation, placeholders filled in.</summary>
    public IReadOnlyList<JsonElement> Questions()
    {
        var file = Artifacts.Single(artifact => artifact.GetProperty("kind").GetString() == "evaluation").GetProperty("path").GetString()!;
        return [.. JsonElement.Parse(File.ReadAllText(file)).GetProperty("questions").EnumerateArray()];
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
