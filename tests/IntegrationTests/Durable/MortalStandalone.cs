using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.IntegrationTests.Durable;

/// <summary>One data folder, and the real Standalone program on it, killed and started again as often as a test likes.</summary>
internal sealed class MortalStandalone : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _home = new();
    private readonly StringBuilder _said = new();
    private HttpClient? _http;
    private Process? _process;

    /// <summary>What all its lives wrote.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public async Task StartAsync()
    {
        var program = Path.Combine(EnginePath.RepositoryRoot(), "services", "Standalone", "bin", "Debug", "net10.0", "FineTunePipeline.Standalone");
        var start = new ProcessStartInfo(program, ["serve", "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["FINETUNE_HOME"] = _home.Path;
        start.Environment["FINETUNE__Training__LookEvery"] = "00:00:00.1";
        start.Environment["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning";
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data, address);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, address);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _http?.Dispose();
        _http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = new Uri(await address.Task.WaitAsync(Limit)) };
    }

    /// <summary>SIGKILL, to this process alone: what it started goes on.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task<string> SubmitAsync(JobSpec spec)
    {
        using var answer = await _http!.PostAsJsonAsync("/api/jobs", spec, ContractJson.Options);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<SubmittedJob>(ContractJson.Options))!.Id;
    }

    public async Task<JobView> ShowAsync(string jobId) => (await _http!.GetFromJsonAsync<JobView>($"/api/jobs/{jobId}", ContractJson.Options))!;

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string jobId) =>
        (await _http!.GetFromJsonAsync<List<HistoryEvent>>($"/api/jobs/{jobId}/history", ContractJson.Options))!;

    public async Task<JsonElement> FileAsync(string jobId, string path) => JsonElement.Parse(await _http!.GetStringAsync($"/api/jobs/{jobId}/files/{path}"));

    /// <summary>Looks at the job until the answer is yes.</summary>
    public async Task<JobView> UntilAsync(string jobId, Func<JobView, bool> question)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var job = await ShowAsync(jobId);
            if (question(job))
            {
                return job;
            }

            await Task.Delay(30, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _http?.Dispose();
        _home.Dispose();
    }

    private void Hear(string? line, TaskCompletionSource<string> address)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        if (line.Split(' ') is ["FineTunePipeline", "serves", var url, ..])
        {
            address.TrySetResult(url);
        }
    }
}
