using System.Text.Json;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>A response of server-sent events, each sent on at once.</summary>
internal sealed class ServerSentEvents(HttpResponse response, CancellationToken cancellationToken)
{
    private static readonly ReadOnlyMemory<byte> Begin = "data: "u8.ToArray();
    private static readonly ReadOnlyMemory<byte> End = "\n\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Last = "data: [DONE]\n\n"u8.ToArray();

    public bool HasStarted { get; private set; }

    public async Task SendAsync(object body)
    {
        Start();
        await response.Body.WriteAsync(Begin, cancellationToken);
        await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, EngineJson.Options), cancellationToken);
        await response.Body.WriteAsync(End, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    public async Task EndAsync()
    {
        await response.Body.WriteAsync(Last, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private void Start()
    {
        if (HasStarted)
        {
            return;
        }

        HasStarted = true;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
    }
}
