using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>Every failure, also those of routing and of the server itself, leaves as OpenAI's error object.</summary>
internal sealed class OpenAiErrors(RequestDelegate next, EngineOutput output)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers["x-request-id"] = context.TraceIdentifier;
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentLength: null, ContentType: null })
            {
                await WriteAsync(context, new OpenAiException(
                    context.Response.StatusCode, "invalid_request_error", null, $"{context.Request.Method} {context.Request.Path} is not served here."));
            }
        }
        catch (OpenAiException exception)
        {
            await WriteAsync(context, exception);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads it any more; the number is for logs of proxies.
            context.Response.StatusCode = ClientClosedRequest;
        }
        catch (BadHttpRequestException exception)
        {
            await WriteAsync(context, new OpenAiException(exception.StatusCode, "invalid_request_error", null, exception.Message));
        }
        catch (Exception exception)
        {
            output.Note(exception.ToString());
            await WriteAsync(context, new OpenAiException(StatusCodes.Status500InternalServerError, "server_error", null, exception.Message));
        }
    }

    private static async Task WriteAsync(HttpContext context, OpenAiException exception)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = exception.Status;
        if (exception.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await context.Response.WriteAsJsonAsync(ErrorBody.Of(exception), EngineJson.Options, context.RequestAborted);
    }
}
