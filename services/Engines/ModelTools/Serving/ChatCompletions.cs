using System.Text;
using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary><c>POST /v1/chat/completions</c>, whole or as a stream of server-sent events.</summary>
internal static class ChatCompletions
{
    public static async Task AnswerAsync(HttpContext context, ServedModel model, ServeOptions options, TimeProvider time)
    {
        var cancelled = context.RequestAborted;
        if (!model.IsLoaded)
        {
            throw new OpenAiException(
                StatusCodes.Status503ServiceUnavailable, "server_error", "model_loading", "The model is still loading: ask again in a moment.");
        }

        var request = await ChatRequestReader.ReadAsync(context.Request, options, cancelled);
        ModelApi.RequireModel(request.Model, options);
        var prompt = Prompt(request, model);
        var answer = new AnswerStream();
        var generation = new GenerationRequest
        {
            Prompt = prompt,
            MaxTokens = request.MaxTokens ?? model.ContextTokens,
            Sampling = request.Sampling,
            StopTokens = model.Chat.StopIds,
            StopTexts = request.Stop,
            MayReusePrompt = request.Sampling.Seed is null,
            Cancelled = cancelled,
        };
        if (!model.Inference.TrySubmit(generation, answer))
        {
            throw new OpenAiException(
                StatusCodes.Status429TooManyRequests, "rate_limit_error", "rate_limit_exceeded", "Too many requests wait already: send it again in a moment.");
        }

        var bodies = new ChatBodies("chatcmpl-" + Guid.NewGuid().ToString("n"), time.GetUtcNow().ToUnixTimeSeconds(), options.Alias);
        await (request.Stream ? StreamAsync(context, request, bodies, answer, prompt.Length) : WholeAsync(context, bodies, answer, prompt.Length));
    }

    private static int[] Prompt(ChatRequest request, ServedModel model)
    {
        int[] prompt;
        try
        {
            prompt = model.Chat.EncodePrompt(request.Messages);
        }
        catch (Exception exception) when (exception is ChatTemplateException or TokenizerInputException)
        {
            throw OpenAiException.Invalid("invalid_value", exception.Message, "messages");
        }

        if (prompt.Length == 0)
        {
            throw OpenAiException.Invalid("invalid_value", "The model's chat template makes no text of these messages.", "messages");
        }

        return prompt.Length < model.ContextTokens
            ? prompt
            : throw OpenAiException.Invalid(
                "context_length_exceeded",
                $"This model's maximum context length is {model.ContextTokens} tokens. However, your messages resulted in {prompt.Length} tokens. "
                + "Please reduce the length of the messages.",
                "messages");
    }

    private static async Task WholeAsync(HttpContext context, ChatBodies bodies, AnswerStream answer, int promptTokens)
    {
        var text = new StringBuilder();
        await foreach (var part in answer.ReadAsync(context.RequestAborted))
        {
            text.Append(part.Text);
            if (part.Reason is { } reason)
            {
                var body = bodies.Whole(text.ToString(), reason, new ChatBodies.Usage(promptTokens, part.Tokens));
                await context.Response.WriteAsJsonAsync(body, EngineJson.Options, context.RequestAborted);
            }
        }
    }

    /// <summary>Headers go out with the first piece: what fails before it can still be told by a status code.</summary>
    private static async Task StreamAsync(HttpContext context, ChatRequest request, ChatBodies bodies, AnswerStream answer, int promptTokens)
    {
        var events = new ServerSentEvents(context.Response, context.RequestAborted);
        try
        {
            await foreach (var part in answer.ReadAsync(context.RequestAborted))
            {
                if (!events.HasStarted)
                {
                    await events.SendAsync(bodies.Piece(new ChatBodies.Delta("assistant", "")));
                }

                if (part.Reason is not { } reason)
                {
                    await events.SendAsync(bodies.Piece(new ChatBodies.Delta(null, part.Text)));
                    continue;
                }

                await events.SendAsync(bodies.Piece(new ChatBodies.Delta(null, null), reason));
                if (request.IncludeUsage)
                {
                    await events.SendAsync(bodies.UsagePiece(new ChatBodies.Usage(promptTokens, part.Tokens)));
                }
            }

            await events.EndAsync();
        }
        catch (Exception exception) when (events.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // Too late for a status code: the error is an event, and the end mark does not come.
            await events.SendAsync(ErrorBody.Of(new OpenAiException(StatusCodes.Status500InternalServerError, "server_error", null, exception.Message)));
        }
    }
}
