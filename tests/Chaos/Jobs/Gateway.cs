using System.Net.Http.Json;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Chaos.Jobs;

/// <summary>A client that does not give up: the gateway is killed, too.</summary>
internal sealed class Gateway(Uri address) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private readonly HttpClient _http = new(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Submits until the gateway answers; the key makes one job of all tries.</summary>
    public async Task<string> SubmitAsync(JobSpec spec, string key, CancellationToken cancellationToken)
    {
        var submitted = await UntilAnsweredAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = JsonContent.Create(spec, options: ContractJson.Options) };
                request.Headers.Add("Idempotency-Key", key);
                return request;
            },
            cancellationToken);
        return submitted.GetProperty("id").GetString()!;
    }

    /// <summary>State, stage and failure code as a client sees them.</summary>
    public async Task<(string State, string? Stage, string? Code, string? Message)> ShowAsync(string jobId, CancellationToken cancellationToken)
    {
        var job = await UntilAnsweredAsync(() => new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{jobId}"), cancellationToken);
        var failure = job.TryGetProperty("failure", out var found) && found.ValueKind == JsonValueKind.Object ? found : (JsonElement?)null;
        return (Text(job, "state")!, Text(job, "stage"), failure is { } told ? Text(told, "code") : null, Text(job, "message"));
    }

    /// <summary>Adds a host to the pool, or changes one; what <paramref name="host"/> says twice holds once.</summary>
    /// <param name="name">Of the host that is changed; null: a new one.</param>
    public Task SetHostAsync(string? name, object host, CancellationToken cancellationToken) => UntilAnsweredAsync(
        () => new HttpRequestMessage(name is null ? HttpMethod.Post : HttpMethod.Patch, name is null ? "/api/hosts" : $"/api/hosts/{name}")
        {
            Content = JsonContent.Create(host, options: ContractJson.Options),
        },
        cancellationToken);

    public void Dispose() => _http.Dispose();

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task<JsonElement> UntilAnsweredAsync(Func<HttpRequestMessage> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var request = ask();
                using var answer = await _http.SendAsync(request, cancellationToken);
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return JsonElement.Parse(text);
                }

                if ((int)answer.StatusCode < 500)
                {
                    throw new InvalidOperationException($"The gateway refused {request.RequestUri}: {text}");
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // It was killed, or its answer was cut off.
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
