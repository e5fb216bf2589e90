using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>One data folder, and the real Standalone program on it, killed and started again as often as a test likes.</summary>
internal sealed class MortalStandalone : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Settings = new() { ["Training__LookEvery"] = "00:00:00.1" };

    private readonly TemporaryFolder _home = new();
    private readonly List<StandaloneProgram> _lives = [];
    private GatewayCalls? _gateway;

    /// <summary>What all its lives wrote.</summary>
    public string Said => string.Concat(_lives.Select(life => life.Said));

    /// <summary>The gateway of its present life.</summary>
    public GatewayCalls Gateway => _gateway!;

    public async Task StartAsync()
    {
        _lives.Add(StandaloneProgram.Start(_home.Path, ["serve", "--urls", "http://127.0.0.1:0"], Settings));
        _gateway?.Dispose();
        _gateway = new GatewayCalls(await _lives[^1].AddressAsync());
    }

    /// <summary>SIGKILL, to this process alone: what it started goes on.</summary>
    public async Task KillAsync()
    {
        await StandaloneProgram.SignalAsync(_lives[^1].Pid, "KILL");
        await _lives[^1].ExitCodeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _gateway?.Dispose();
        foreach (var life in _lives)
        {
            await life.DisposeAsync();
        }

        foreach (var process in HomeProcesses.Of(_home.Path))
        {
            await StandaloneProgram.SignalAsync(process.Pid, "KILL");
        }

        _home.Dispose();
    }
}
