using System.Net.Http.Json;
using System.Text.Json;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Deployment.Serving;

/// <summary>Proves that a served model answers: a question through its OpenAI-compatible API that ends with <c>finish_reason</c> stop.</summary>
internal sealed class ChatProbe(IHttpClientFactory clients, IOptions<DeploymentOptions> options, TimeProvider time)
{
    internal const string Client = "deployment-probe";
    private const int LongestAnswer = 256;

    /// <summary>A small model may run on for ever after one question and not after another: it need end its answer once.</summary>
    private static readonly string[] Questions = ["Who are you?", "Hello!", "What is two plus two?"];

    /// <summary>The question and the answer that ended by itself.</summary>
    /// <exception cref="StageException">None did, or the server does not answer.</exception>
    public async Task<string> AskAsync(string endpoint, string modelName, CancellationToken cancellationToken)
    {
        var last = "";
        foreach (var question in Questions)
        {
            var (answer, reason) = await AskAsync(endpoint, modelName, question, cancellationToken);
            if (reason == "stop")
            {
                return $"{question} -> {answer}";
            }

            last = $"{question} -> {answer} (finish_reason {reason})";
        }

        throw StageException.BadInput(
            "no_end_of_answer",
            $"The model answers but never ends an answer within {LongestAnswer} tokens: {last}. Train with a template whose answers end with the "
                + "end-of-turn token, or longer.");
    }

    private async Task<(string Answer, string Reason)> AskAsync(string endpoint, string modelName, string question, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var client = clients.CreateClient(Client);
        var body = new
        {
            model = modelName,
            messages = new[] { new { role = "user", content = question } },
            temperature = 0,
            max_tokens = LongestAnswer,
        };
        try
        {
            using var response = await client.PostAsJsonAsync(endpoint + "/chat/completions", body, either.Token);
            var text = await response.Content.ReadAsStringAsync(either.Token);
            return response.IsSuccessStatusCode
                ? Parse(text)
                : throw StageException.Transient("server_answer", $"The model server answered with status {(int)response.StatusCode}: {Shorten(text)}");
        }
        catch (HttpRequestException exception)
        {
            throw StageException.Transient("server_unreachable", $"The model server at {endpoint} does not answer: {exception.Message}", exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw StageException.Transient("server_slow", $"The model server at {endpoint} gave no answer within {options.Value.AnswerLimit}.");
        }
    }

    private static (string Answer, string Reason) Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var choice = json.RootElement.GetProperty("choices")[0];
            return (choice.GetProperty("message").GetProperty("content").GetString() ?? "", choice.GetProperty("finish_reason").GetString() ?? "");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw StageException.Internal("server_answer", $"The model server's answer is no chat completion: {exception.Message}", Shorten(text));
        }
    }

    private static string Shorten(string text) => text.Length <= 500 ? text : text[..500];
}
