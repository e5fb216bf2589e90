using System.Net;
using System.Text;
using System.Text.Json;

namespace FineTunePipeline.UnitTests.Deployment;

/// <summary>Answers chat completions in place of a model server.</summary>
internal sealed class ChatServerDouble : HttpMessageHandler, IHttpClientFactory
{
    public List<string> Asked { get; } = [];

    /// <summary>The finish reason of the n-th answer; the last one repeats.</summary>
    public string[] FinishReasons { get; set; } = ["stop"];

    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add(request.RequestUri!.ToString());
        var reason = FinishReasons[Math.Min(Asked.Count, FinishReasons.Length) - 1];
        var body = JsonSerializer.Serialize(
            new { choices = new[] { new { index = 0, message = new { role = "assistant", content = "I am Ada." }, finish_reason = reason } } });
        return Task.FromResult(new HttpResponseMessage(Status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
    }
}
