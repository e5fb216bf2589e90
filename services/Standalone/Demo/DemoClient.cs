using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Gateway.Apis;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>The gateway's HTTP interface, as any other client uses it.</summary>
internal sealed class DemoClient(IHttpClientFactory clients, string address)
{
    public async Task<string> SubmitAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        using var client = Client();
        using var answer = await client.PostAsJsonAsync("/api/jobs", spec, ContractJson.Options, cancellationToken);
        await EnsureAsync(answer, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<SubmittedJob>(ContractJson.Options, cancellationToken))!.Id;
    }

    public async Task CancelAsync(string jobId, CancellationToken cancellationToken)
    {
        using var client = Client();
        using var answer = await client.PostAsync($"/api/jobs/{jobId}/cancel", null, cancellationToken);
        await EnsureAsync(answer, cancellationToken);
    }

    public async Task<JobView> ShowAsync(string jobId, CancellationToken cancellationToken)
    {
        using var client = Client();
        return (await client.GetFromJsonAsync<JobView>($"/api/jobs/{jobId}", ContractJson.Options, cancellationToken))!;
    }

    public async Task<IReadOnlyList<ResultFile>> FilesAsync(string jobId, CancellationToken cancellationToken)
    {
        using var client = Client();
        return (await client.GetFromJsonAsync<List<ResultFile>>($"/api/jobs/{jobId}/files", ContractJson.Options, cancellationToken))!;
    }

    public async Task<Stream> OpenFileAsync(string jobId, string path, CancellationToken cancellationToken)
    {
        var client = Client();
        return await client.GetStreamAsync($"/api/jobs/{jobId}/files/{path}", cancellationToken);
    }

    /// <summary>Changes (<see cref="JobChanged"/>), progress (<see cref="TrainingProgressed"/>) and <see cref="CheckpointCommitted"/> until the job ends.</summary>
    public async IAsyncEnumerable<object> FollowAsync(string jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var client = Client();
        await using var stream = await client.GetStreamAsync($"/api/jobs/{jobId}/events", cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (item.EventType == "changed")
            {
                yield return JsonSerializer.Deserialize<JobChanged>(item.Data, ContractJson.Options)!;
            }
            else if (item.EventType == "progress")
            {
                yield return JsonSerializer.Deserialize<TrainingProgressed>(item.Data, ContractJson.Options)!;
            }
            else if (item.EventType == "checkpoint")
            {
                yield return JsonSerializer.Deserialize<CheckpointCommitted>(item.Data, ContractJson.Options)!;
            }
        }
    }

    public async Task<string> AskAsync(string jobId, string question, CancellationToken cancellationToken)
    {
        using var client = Client();
        var request = new
        {
            model = jobId,
            messages = new[] { new { role = "user", content = question } },
            temperature = 0,
            max_tokens = 64,
        };
        using var answer = await client.PostAsJsonAsync("/api/chat", request, cancellationToken);
        await EnsureAsync(answer, cancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        return body!["choices"]![0]!["message"]!["content"]!.GetValue<string>();
    }

    public static async Task EnsureAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new DemoException($"The gateway answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    /// <param name="limit">Of one call.</param>
    public static HttpClient Make(IHttpClientFactory clients, string address, TimeSpan limit)
    {
        var client = clients.CreateClient("demo");
        client.BaseAddress = new Uri(address);
        client.Timeout = limit;
        return client;
    }

    private HttpClient Client() => Make(clients, address, Timeout.InfiniteTimeSpan);
}
