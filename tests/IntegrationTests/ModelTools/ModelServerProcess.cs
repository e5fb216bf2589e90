using System.Diagnostics;
using System.Text.Json;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>A running <c>finetune-model serve</c> on a free port.</summary>
internal sealed class ModelServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly Process _process;
    private readonly Task<string> _diagnostics;

    private ModelServerProcess(Process process, Task<string> diagnostics, int port)
    {
        _process = process;
        _diagnostics = diagnostics;
        Port = port;
        Http = new SocketsHttpHandlerClient(new Uri($"http://127.0.0.1:{port}/"));
    }

    public int Port { get; }

    public HttpClient Http { get; }

    public Uri Endpoint => new($"http://127.0.0.1:{Port}/v1");

    public static Task<ModelServerProcess> StartAsync(params string[] options) => StartWithAsync(TestModels.Gguf, options);

    public static async Task<ModelServerProcess> StartWithAsync(string model, params string[] options)
    {
        var process = ModelEngine.Start(EnginePath.Of("finetune-model"), ["serve", model, "--port", "0", "--alias", "tiny", .. options]);
        var diagnostics = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException($"The server ended: {await diagnostics}");
        var ready = JsonDocument.Parse(line).RootElement;
        Assert.True(ready.GetProperty("ready").GetBoolean());
        Assert.Equal(process.Id, ready.GetProperty("pid").GetInt32());
        return new ModelServerProcess(process, diagnostics, ready.GetProperty("port").GetInt32());
    }

    /// <summary>Sends SIGTERM.</summary>
    public async Task TerminateAsync() => await ModelEngine.RunAsync("kill", ["-TERM", $"{_process.Id}"]);

    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _diagnostics;
        _process.Dispose();
    }

    /// <summary>Each test keeps its own connections: an aborted one must not be another's.</summary>
    private sealed class SocketsHttpHandlerClient : HttpClient
    {
        public SocketsHttpHandlerClient(Uri address)
            : base(new SocketsHttpHandler(), disposeHandler: true)
        {
            BaseAddress = address;
            Timeout = TimeSpan.FromMinutes(1);
        }
    }
}
