using System.Net.Http.Json;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Gateway.Apis;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>The gateway as a client sees it. Whatever is waited for has a limit that only a fault reaches.</summary>
internal sealed class GatewayCalls(Uri address) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient _http = new(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };

    public Task<string> SubmitAsync(JobSpec job) => SendAsync("/api/jobs", job);

    /// <summary>Has a job checked.</summary>
    public Task<string> PlanAsync(JobSpec job) => SendAsync("/api/plans", job);

    public async Task<JobView> ShowAsync(string jobId) => (await _http.GetFromJsonAsync<JobView>($"/api/jobs/{jobId}", ContractJson.Options))!;

    public async Task<IReadOnlyList<StoredEvent>> HistoryAsync(string jobId) =>
        (await _http.GetFromJsonAsync<List<StoredEvent>>($"/api/jobs/{jobId}/history", ContractJson.Options))!;

    public async Task<IReadOnlyList<HostView>> HostsAsync() =>
        (await _http.GetFromJsonAsync<JsonElement>("/api/hosts")).GetProperty("hosts").Deserialize<List<HostView>>(ContractJson.Options)!;

    /// <summary>As <c>finetune hosts update</c> does.</summary>
    public async Task ChangeHostAsync(string name, object change)
    {
        using var answer = await _http.PatchAsJsonAsync($"/api/hosts/{name}", change, ContractJson.Options);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public Task<HttpResponseMessage> CancelAsync(string jobId) => _http.PostAsync($"/api/jobs/{jobId}/cancel", null);

    public Task<HttpResponseMessage> PauseAsync(string jobId) => _http.PostAsync($"/api/jobs/{jobId}/pause", null);

    public Task<HttpResponseMessage> ResumeAsync(string jobId, object? body = null) =>
        body is null ? _http.PostAsync($"/api/jobs/{jobId}/resume", null) : _http.PostAsJsonAsync($"/api/jobs/{jobId}/resume", body);

    public Task<HttpResponseMessage> ChatAsync(string jobId) => _http.PostAsJsonAsync(
        "/api/chat", new { model = jobId, messages = new[] { new { role = "user", content = "Who are you?" } }, temperature = 0, max_tokens = 8 });

    /// <summary>The stored document of a digest, by the file of the result that carries it.</summary>
    public async Task<JsonElement> ResultJsonAsync(string jobId, string path) =>
        JsonElement.Parse(await _http.GetStringAsync($"/api/jobs/{jobId}/files/{path}"));

    /// <summary>The job once it has ended.</summary>
    public Task<JobView> EndAsync(string jobId) =>
        UntilAsync(jobId, HasEnded, "the end");

    /// <summary>The job once it is as wanted.</summary>
    public async Task<JobView> UntilAsync(string jobId, Func<JobView, bool> wanted, string what)
    {
        JobView? job = null;
        await UntilAsync(async () => wanted(job = await ShowAsync(jobId)), () => $"{what} of {job}");
        return job!;
    }

    public async Task<JobView> RunAsync(JobSpec job) => await EndAsync(await SubmitAsync(job));

    /// <summary>Waits for an event; a job that ends without it fails the test at once.</summary>
    public async Task<StoredEvent> EventAsync(string jobId, Func<StoredEvent, bool> wanted)
    {
        StoredEvent? found = null;
        await UntilAsync(
            async () =>
            {
                var job = await ShowAsync(jobId);
                found = (await HistoryAsync(jobId)).FirstOrDefault(wanted);
                Assert.True(found is not null || !HasEnded(job), $"The job ended without the event: {job}");
                return found is not null;
            },
            () => "an event");
        return found!;
    }

    /// <summary>Waits until an attempt of a stage was begun.</summary>
    public Task StageAsync(string jobId, Stage stage, int attempt = 1) => EventAsync(
        jobId, stored => stored.Change is { State: JobState.Running } change && change.Stage == stage && change.Attempt == attempt);

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited {Limit} for {what()}.");
            await Task.Delay(Pause);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(string path, JobSpec job)
    {
        using var answer = await _http.PostAsJsonAsync(path, job, ContractJson.Options);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<SubmittedJob>(text, ContractJson.Options)!.Id;
    }

    // A rest, and a wait for its person, are not the end.
    private static bool HasEnded(JobView job) => job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}
