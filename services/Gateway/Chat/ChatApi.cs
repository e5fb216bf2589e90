using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Gateway.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FineTunePipeline.Gateway.Chat;

/// <summary>
/// Chat with a job's model: an OpenAI chat request whose <c>model</c> is the job's id, passed on to the model server and its answer passed back,
/// streamed or not.
/// </summary>
internal static class ChatApi
{
    public const string HttpClientName = "chat";

    private static readonly TimeSpan FirstByteLimit = TimeSpan.FromMinutes(5);

    public static void MapChat(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/chat", ForwardAsync).WithTags("Chat").WithSummary("Chat with the model of a job (OpenAI's chat request; model is the job id)")
            .Accepts<JsonObject>("application/json");

    private static async Task<IResult> ForwardAsync(HttpContext context, JobViews views, IHttpClientFactory clients, CancellationToken cancellationToken)
    {
        JsonObject request;
        try
        {
            var once = new JsonDocumentOptions { AllowDuplicateProperties = false };
            request = (await JsonNode.ParseAsync(context.Request.Body, documentOptions: once, cancellationToken: cancellationToken)) as JsonObject
                ?? throw new JsonException("The body is no object.");
        }
        catch (JsonException exception)
        {
            return Results.Problem(statusCode: 400, title: "Not a chat request", detail: exception.Message);
        }

        var id = request["model"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : "";
        if (await views.FindAsync(id, cancellationToken) is not { } row)
        {
            return ErrorAnswers.NoJob(id);
        }

        var result = row.Change is null ? null : JsonSerializer.Deserialize<JobChanged>(row.Change, ContractJson.Options)!.Result;
        if (result?.Endpoint is null)
        {
            return Results.Problem(statusCode: 409, title: "No model to chat with", detail: $"The job {id} has not deployed a model that answers by HTTP.");
        }

        request["model"] = result.ModelName;
        using var message = new HttpRequestMessage(HttpMethod.Post, result.Endpoint.TrimEnd('/') + "/chat/completions")
        {
            Content = new StringContent(request.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        using var firstByte = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        firstByte.CancelAfter(FirstByteLimit);
        HttpResponseMessage answer;
        try
        {
            answer = await clients.CreateClient(HttpClientName).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, firstByte.Token);
        }
        catch (HttpRequestException exception)
        {
            return Results.Problem(statusCode: 502, title: "The model server does not answer", detail: exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Results.Problem(statusCode: 504, title: "The model server is too slow", detail: $"It did not begin to answer within {FirstByteLimit}.");
        }

        using (answer)
        {
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            await CopyAsync(body, context.Response, cancellationToken);
        }

        return Results.Empty;
    }

    /// <summary>Each piece is sent on as it comes: a stream of tokens must not wait for a full buffer.</summary>
    private static async Task CopyAsync(Stream body, HttpResponse response, CancellationToken cancellationToken)
    {
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await response.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }
    }
}
