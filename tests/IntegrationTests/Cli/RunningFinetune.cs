using System.Diagnostics;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary><c>finetune</c> while it runs, as at a terminal where somebody types and presses Ctrl-C.</summary>
internal sealed class RunningFinetune : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly Process _process;

    public RunningFinetune(ScriptedGateway gateway, params string[] arguments)
        : this([], gateway, arguments)
    {
    }

    /// <param name="variables">Of its environment, each NAME=VALUE.</param>
    private RunningFinetune(string[] variables, ScriptedGateway gateway, string[] arguments)
    {
        // A shell without job control starts its background programs deaf to Ctrl-C, and so would be what they start.
        string[] command = ["--default-signal=INT", .. variables, EnginePath.Of("finetune"), .. arguments, "--gateway", gateway.Address];
        var start = new ProcessStartInfo("env", command) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
    }

    /// <param name="path">PATH of the program; null: the test's own.</param>
    public static RunningFinetune WithPath(ScriptedGateway gateway, string? path, params string[] arguments) => new(path is null ? [] : ["PATH=" + path], gateway, arguments);

    public Task TypeAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>It ends at once, without a goodbye.</summary>
    public void Kill() => _process.Kill();

    /// <summary>It ends by itself.</summary>
    public async Task<EngineResult> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return new EngineResult(_process.ExitCode, await _process.StandardOutput.ReadToEndAsync(), await _process.StandardError.ReadToEndAsync());
    }

    public Task<string?> LineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Limit);

    public async Task<EngineResult> InterruptAsync()
    {
        await StandaloneProgram.SignalAsync(_process.Id, "INT");
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
