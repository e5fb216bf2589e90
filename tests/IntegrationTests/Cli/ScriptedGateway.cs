using System.Collections.Concurrent;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>A gateway that does what a test says, on purpose also what no gateway should do, and remembers what it was asked.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    public const string JobId = "ftjob-00000000000000000000000000000001";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();

    private ScriptedGateway(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    /// <param name="answer">Gets the request and how many came to the same method and path before it.</param>
    public static async Task<ScriptedGateway> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var gateway = new ScriptedGateway(builder.Build());
        gateway._app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers;
            var seen = new SeenRequest(
                context.Request.Method,
                context.Request.Path.Value!,
                headers["Range"].ToString(),
                headers["If-Range"].ToString(),
                headers["Last-Event-ID"].ToString(),
                headers["Idempotency-Key"].ToString(),
                await body.ReadToEndAsync());
            context.Items[nameof(SeenRequest)] = seen;
            var before = gateway._requests.Count(request => request.Method == seen.Method && request.Path == seen.Path);
            gateway._requests.Enqueue(seen);
            await answer(context, before);
        });
        await gateway._app.StartAsync();
        return gateway;
    }

    /// <summary>The same answer to everything.</summary>
    public static Task<ScriptedGateway> AlwaysAsync(int status, string type, string text) =>
        StartAsync((context, _) => SayAsync(context, text, type, status));

    public static async Task SayAsync(HttpContext context, string text, string type = "application/json", int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text);
    }

    public static string BodyOf(HttpContext context) => ((SeenRequest)context.Items[nameof(SeenRequest)]!).Body;

    /// <summary>Sends the first bytes of an answer that is longer, then cuts the connection.</summary>
    public static async Task CutAsync(HttpContext context, byte[] bytes, int after)
    {
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, after));
        await CutAsync(context);
    }

    /// <summary>Sends what was written so far, then cuts the connection in the middle of the answer.</summary>
    public static async Task CutAsync(HttpContext context)
    {
        // An abort could overtake the bytes; the server ends the connection of a broken answer after them.
        await context.Response.Body.FlushAsync();
        throw new IOException("Cut on purpose.");
    }

    public Task<EngineResult> FinetuneAsync(params string[] arguments) =>
        ModelEngine.RunAsync(EnginePath.Of("finetune"), [.. arguments, "--gateway", Address]);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
