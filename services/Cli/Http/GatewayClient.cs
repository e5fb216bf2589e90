using System.Net;
using System.Net.Http.Headers;
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

    /// <param name="retryFor">How long a gateway in trouble is asked again.</param>
    public GatewayClient(string address, TimeSpan retryFor)
    {
        Patience = new Patience(retryFor);
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new CliException(ExitCodes.BadInput, $"'{address}' is no address of a gateway; it looks like http://127.0.0.1:8080.");
        }

        _address = uri;
        _http = new HttpMessageInvoker(_handler);
    }

    public Patience Patience { get; }

    /// <summary>JSON that the gateway has sent.</summary>
    /// <exception cref="CliException">It is not what a gateway says.</exception>
    public static TNode Parse<TNode>(string text)
        where TNode : JsonNode
    {
        try
        {
            return JsonNode.Parse(text) as TNode ?? throw new JsonException("It is another kind of JSON.");
        }
        catch (JsonException exception)
        {
            throw new CliException(ExitCodes.Gateway, $"The answer is not a gateway's ({Output.OneLine(exception.Message)}): does another program listen at this address?");
        }
    }

    public Task<TNode> GetAsync<TNode>(string path, CancellationToken cancellationToken)
        where TNode : JsonNode =>
        ReadAsync<TNode>(new HttpRequestMessage(HttpMethod.Get, At(path)), cancellationToken);

    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) => ReadAsync(new HttpRequestMessage(HttpMethod.Get, At(path)), cancellationToken);

    /// <summary>The person's hosts, as the gateway lists them.</summary>
    public async Task<JsonArray> HostsAsync(CancellationToken cancellationToken) => (await GetAsync<JsonObject>("api/hosts", cancellationToken))["hosts"] as JsonArray ?? [];

    public Task<JsonObject> PostAsync(string path, object? body, CancellationToken cancellationToken) =>
        ReadAsync<JsonObject>(Post(path, body), cancellationToken);

    public Task<JsonObject> PatchAsync(string path, object body, CancellationToken cancellationToken) =>
        ReadAsync<JsonObject>(WithBody(HttpMethod.Patch, path, body), cancellationToken);

    public Task<JsonObject> DeleteAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync<JsonObject>(new HttpRequestMessage(HttpMethod.Delete, At(path)), cancellationToken);

    /// <summary>Submits a job, again if the connection breaks: the key makes one job of it.</summary>
    public Task<JsonObject> SubmitAsync(JobSpec spec, CancellationToken cancellationToken) => SendJobAsync("api/jobs", spec, cancellationToken);

    /// <summary>Has a job checked, in the same way.</summary>
    public Task<JsonObject> PlanAsync(JobSpec spec, CancellationToken cancellationToken) => SendJobAsync("api/plans", spec, cancellationToken);

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
        return Output.Record<ArtifactReference>(await ReadAsync<JsonObject>(request, cancellationToken));
    }

    /// <summary>The file's bytes from an offset on, or the whole of it if the gateway does not have that version.</summary>
    public async Task<HttpResponseMessage> DownloadAsync(string jobId, ResultFile file, long offset, CancellationToken cancellationToken)
    {
        var escaped = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
        var request = new HttpRequestMessage(HttpMethod.Get, At($"api/jobs/{jobId}/files/{escaped}"));
        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue($"\"{file.Artifact.Sha256}\""));
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

    public Task<HttpResponseMessage> ChatAsync(JsonObject request, CancellationToken cancellationToken) =>
        SendAsync(Post("api/chat", request), cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private Uri At(string path) => new(_address, path);

    private HttpRequestMessage Post(string path, object? body) => WithBody(HttpMethod.Post, path, body);

    private HttpRequestMessage WithBody(HttpMethod method, string path, object? body) => new(method, At(path))
    {
        Content = body is null ? null : new StringContent(JsonSerializer.Serialize(body, body.GetType(), ContractJson.Options), Encoding.UTF8, "application/json"),
    };

    private async Task<JsonObject> SendJobAsync(string path, JobSpec spec, CancellationToken cancellationToken)
    {
        var key = Guid.NewGuid().ToString();
        while (true)
        {
            try
            {
                var request = Post(path, spec);
                request.Headers.Add("Idempotency-Key", key);
                return await ReadAsync<JsonObject>(request, cancellationToken);
            }
            catch (Exception exception) when (Failures.IsTheGateways(exception))
            {
                await Patience.WaitAsync(exception, cancellationToken);
            }
        }
    }

    private async Task<TNode> ReadAsync<TNode>(HttpRequestMessage request, CancellationToken cancellationToken)
        where TNode : JsonNode
    {
        var node = Parse<TNode>(await ReadAsync(request, cancellationToken));
        Patience.Answered();
        return node;
    }

    private async Task<string> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

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
            return Sentence(body, "detail") ?? Sentence(body?["error"], "message") ?? Sentence(body, "title");
        }
        catch (JsonException)
        {
            return null;
        }

        static string? Sentence(JsonNode? node, string key) => (node as JsonObject)?[key] is JsonValue value ? value.ToString() : null;
    }
}
