using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Demo;

/// <summary>
/// llama.cpp's own <c>llama-server</c>, as Debian builds it: from the root file system that <c>FINETUNE_TEST_SID</c> names (<c>tests/run</c> makes it), or from
/// PATH. The test is skipped where there is neither.
/// </summary>
internal sealed class LlamaServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly string _folder;
    private readonly Process _process;
    private readonly Task<string> _log;
    private readonly HttpClient _http;

    private LlamaServer(string folder, Process process, int port)
    {
        _folder = folder;
        _process = process;
        _log = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        _http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = Limit };
    }

    public static async Task<LlamaServer> StartAsync(string gguf)
    {
        var root = Environment.GetEnvironmentVariable("FINETUNE_TEST_SID");
        var inPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "llama-server")));
        Assert.SkipWhen(
            root is null && !inPath,
            Environment.GetEnvironmentVariable("FINETUNE_TEST_SID_MISSING") ?? "llama-server is not in PATH and FINETUNE_TEST_SID names no Debian sid with llama.cpp-tools");

        var folder = Path.Combine(root ?? "/", "tmp", $"llama-server-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        File.Copy(gguf, Path.Combine(folder, "model.gguf"));
        var port = FreePort.Find();
        string[] command = ["llama-server", "-m", $"/tmp/{Path.GetFileName(folder)}/model.gguf", "--host", "127.0.0.1", "--port", $"{port}", "-np", "1", "-t", "1", "--jinja"];
        var process = root is null ? ModelEngine.Start(command[0], command[1..]) : ModelEngine.Start("chroot", [root, .. command]);
        var server = new LlamaServer(folder, process, port);
        await server.ReadyAsync();
        return server;
    }

    public async Task<string> AskAsync(string prompt, int maxTokens)
    {
        var request = new { messages = new[] { new { role = "user", content = prompt } }, temperature = 0, max_tokens = maxTokens, cache_prompt = false };
        using var answer = await _http.PostAsJsonAsync("v1/chat/completions", request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["choices"]![0]!["message"]!["content"]!.GetValue<string>();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadyAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await timer.WaitForNextTickAsync(limit.Token))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"llama-server ended with {_process.ExitCode}: {await _log}");
            }

            try
            {
                using var health = await _http.GetAsync("health", limit.Token);
                if (health.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }
}
