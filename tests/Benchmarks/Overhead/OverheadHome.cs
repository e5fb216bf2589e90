using System.Diagnostics;
using FineTunePipeline.Benchmarks.Saga;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;

namespace FineTunePipeline.Benchmarks.Overhead;

/// <summary>A Standalone with the settings that people have, one host of its pool (this computer behind an SSH server), and the command line.</summary>
internal sealed class OverheadHome : IAsyncDisposable
{
    /// <summary>What a tool that is given may need; ours reads the number of threads alone.</summary>
    public static readonly IReadOnlyDictionary<string, string> ToolEnvironment = new Dictionary<string, string> { ["DISABLE_VERSION_CHECK"] = "1", ["OMP_NUM_THREADS"] = "1", ["HF_HUB_OFFLINE"] = "1" };

    private readonly string _folder;
    private readonly SshServer _server;
    private readonly ChildProcess _program;
    private readonly Uri _gateway;

    private OverheadHome(string folder, SshServer server, ChildProcess program, Uri gateway) =>
        (_folder, _server, _program, _gateway) = (folder, server, program, gateway);

    /// <summary>Where jobs keep their files on the host.</summary>
    public string HostFolder => Path.Combine(_folder, "disk");

    /// <param name="tool">What the host has as <c>llamafactory-cli</c>.</param>
    public static async Task<OverheadHome> StartAsync(string folder, string tool)
    {
        var data = Path.Combine(folder, "home");
        var server = await SshServer.StartAsync();
        Directory.CreateDirectory(data);
        await SshKeyFile.EnsureAsync(Path.Combine(data, "ssh_key"), default);
        server.Authorize(SshKeyFile.PublicLine(Path.Combine(data, "ssh_key")));
        var gateway = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        var environment = new Dictionary<string, string>(ToolEnvironment.Select(pair => KeyValuePair.Create("FINETUNE__LlamaFactory__Environment__" + pair.Key, pair.Value)))
        {
            ["FINETUNE_HOME"] = data,
            ["FINETUNE__LlamaFactory__Command"] = tool,
            ["FINETUNE__Engines__HostFolder"] = ScriptEngines.Write(Path.Combine(folder, "host-engines")),
            ["FINETUNE__Prepare__NetworkAddresses"] = "",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        var program = await ChildProcess.StartAsync(EnginePath.Of("FineTunePipeline.Standalone"), ["serve", "--urls", gateway.ToString()], environment, "FineTunePipeline serves");
        var home = new OverheadHome(folder, server, program, gateway);
        await home.FinetuneAsync("hosts", "add", $"ssh -p {server.Endpoint.Port} root@127.0.0.1", "--name", "gpu-1", "--folder", home.HostFolder);
        return home;
    }

    /// <summary>Runs <c>finetune</c>, which must succeed, and tells what it printed.</summary>
    public async Task<string> FinetuneAsync(params string[] arguments)
    {
        using var process = Finetune(arguments);
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"finetune {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
    }

    /// <summary>Starts <c>finetune</c>; its errors go where ours go.</summary>
    public Process Finetune(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(EnginePath.Of("finetune"), [.. arguments, "--gateway", _gateway.ToString()]) { RedirectStandardOutput = true })!;

    /// <summary>Runs a line on the host, as its owner does, and tells how long it took.</summary>
    public async Task<double> SshSecondsAsync(string line)
    {
        string[] options = ["-q", "-F", "none", "-i", _server.KeyFile, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-p", $"{_server.Endpoint.Port}"];
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("ssh", [.. options, "root@127.0.0.1", line]) { RedirectStandardInput = true })!;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? watch.Elapsed.TotalSeconds : throw new InvalidOperationException($"{line} ended with {process.ExitCode}");
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _server.DisposeAsync();
    }
}
