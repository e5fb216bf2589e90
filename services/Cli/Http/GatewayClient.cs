using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Cli.Http;

/// <summary>The gateway's native API. One per program run.</summary>
internal sealed class GatewayClient : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly SocketsHttpHandler _handler = new() { ConnectTimeout = ConnectLimit };
    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;

    public GatewayClient(string address)
    {
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new CliException(ExitCodes.BadInput, $"'{address}' is no address of a gateway; it looks like http://127.0.0.1:8080.");
        }

        _address = uri;
        _http = new HttpMessageInvoker(_handler);
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Get, At(path)), cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
    }

    public async Task<JsonNode> PostAsync(string path, object? body, CancellationToken cancellationToken)
    {
        var content = body is null ? null : new StringContent(JsonSerializer.Serialize(body, body.GetType(), ContractJson.Options), Encoding.UTF8, "application/json");
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Post, At(path)) { Content = content }, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
    }

    /// <summary>Sends the file only if the store does not have its digest.</summary>
    public async Task<ArtifactReference> UploadAsync(string path, string sha256, CancellationToken cancellationToken)
    {
        using (var known = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, At($"api/artifacts/{sha256}")), cancellationToken))
        {
            if (known.StatusCode == HttpStatusCode.OK)
            {
                return new ArtifactReference(sha256, new FileInfo(path).Length);
            }
        }

        await using var stream = File.OpenRead(path);
        var request = new HttpRequestMessage(HttpMethod.Post, At("api/artifacts")) { Content = new StreamContent(stream) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Add("X-Content-Sha256", sha256);
        using var answer = await SendAsync(request, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<ArtifactReference>(ContractJson.Options, cancellationToken))!;
    }

    /// <summary>The file's bytes from an offset on.</summary>
    public async Task<HttpResponseMessage> DownloadAsync(string jobId, string path, long offset, CancellationToken cancellationToken)
    {
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var request = new HttpRequestMessage(HttpMethod.Get, At($"api/jobs/{jobId}/files/{escaped}"));
        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
        }

        return await SendAsync(request, cancellationToken);
    }

    public async Task<HttpResponseMessage> EventsAsync(string jobId, string? lastEventId, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, At($"api/jobs/{jobId}/events"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return await SendAsync(request, cancellationToken);
    }

    public async Task<HttpResponseMessage> ChatAsync(JsonObject request, CancellationToken cancellationToken) => await SendAsync(
        new HttpRequestMessage(HttpMethod.Post, At("api/chat")) { Content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json") },
        cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private Uri At(string path) => new(_address, path);

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await _http.SendAsync(request, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            var code = (int)answer.StatusCode is >= 400 and < 500 ? ExitCodes.BadInput : ExitCodes.Gateway;
            throw new CliException(code, Explain(text) ?? $"The gateway answered {(int)answer.StatusCode} {answer.ReasonPhrase} to {request.Method} {request.RequestUri}.");
        }
    }

    /// <summary>The sentence of a ProblemDetails, or of OpenAI's error object.</summary>
    private static string? Explain(string text)
    {
        try
        {
            var body = JsonNode.Parse(text) as JsonObject;
            return body?["detail"]?.GetValue<string>() ?? (body?["error"] as JsonObject)?["message"]?.GetValue<string>() ?? body?["title"]?.GetValue<string>();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
