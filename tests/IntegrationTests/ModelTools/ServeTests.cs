using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>The model server with OpenAI's own client.</summary>
public sealed class ServeTests : IAsyncLifetime
{
    private ModelServerProcess _server = null!;
    private ChatClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ModelServerProcess.StartAsync();
        _client = new ChatClient("tiny", new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = _server.Endpoint });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static ChatCompletionOptions Greedy => new() { Temperature = 0 };

    [Fact]
    public async Task Answers_a_chat_as_check_does()
    {
        var check = await ModelEngine.RunAsync("check", TestModels.Gguf, "--prompt", "Who are you?");

        ChatCompletion answer = await _client.CompleteChatAsync([new UserChatMessage("Who are you?")], Greedy, TestContext.Current.CancellationToken);

        Assert.Equal(check.Result.GetProperty("answer").GetString(), answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal("tiny", answer.Model);
        Assert.True(answer.Usage.InputTokenCount > 0);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Streams_the_same_answer_in_pieces()
    {
        ChatCompletion whole = await _client.CompleteChatAsync([new UserChatMessage("你好")], Greedy, TestContext.Current.CancellationToken);

        var text = new StringBuilder();
        var pieces = 0;
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in _client.CompleteChatStreamingAsync([new UserChatMessage("你好")], Greedy, TestContext.Current.CancellationToken))
        {
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
                pieces++;
            }

            reason ??= update.FinishReason;
            usage = update.Usage ?? usage;
        }

        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.True(pieces > 1);
        Assert.Equal(whole.FinishReason, reason);
        Assert.Equal(whole.Usage.OutputTokenCount, usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Stops_at_a_stop_text_without_sending_any_of_it()
    {
        ChatCompletion whole = await _client.CompleteChatAsync([new UserChatMessage("Who are you?")], Greedy, TestContext.Current.CancellationToken);
        var stop = whole.Content[0].Text[2..6];
        var options = Greedy;
        options.StopSequences.Add("never written");
        options.StopSequences.Add(stop);

        var text = new StringBuilder();
        ChatFinishReason? reason = null;
        await foreach (var update in _client.CompleteChatStreamingAsync([new UserChatMessage("Who are you?")], options, TestContext.Current.CancellationToken))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            reason ??= update.FinishReason;
        }

        Assert.Equal(whole.Content[0].Text[..whole.Content[0].Text.IndexOf(stop, StringComparison.Ordinal)], text.ToString());
        Assert.Equal(ChatFinishReason.Stop, reason);
    }

    [Fact]
    public async Task Keeps_to_the_number_of_tokens()
    {
        var options = Greedy;
        options.MaxOutputTokenCount = 3;

        ChatCompletion answer = await _client.CompleteChatAsync([new UserChatMessage("Who are you?")], options, TestContext.Current.CancellationToken);

        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(3, answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_answer_and_another_seed_another()
    {
        async Task<string> AnswerAsync(long seed)
        {
            var json = await PostAsync(new { messages = Messages("Tell me a story."), temperature = 1.5, seed, max_tokens = 40 });
            return json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        }

        Assert.Equal(await AnswerAsync(1), await AnswerAsync(1));
        Assert.NotEqual(await AnswerAsync(1), await AnswerAsync(2));
    }

    [Fact]
    public async Task Four_requests_at_once_get_the_answers_that_they_get_alone()
    {
        string[] prompts = ["Who are you?", "What is two plus three?", "你好", "Tell me about ships."];
        async Task<string> AskAsync(string prompt)
        {
            ChatCompletion answer = await _client.CompleteChatAsync([new UserChatMessage(prompt)], Greedy, TestContext.Current.CancellationToken);
            return answer.Content[0].Text;
        }

        var alone = new List<string>();
        foreach (var prompt in prompts)
        {
            alone.Add(await AskAsync(prompt));
        }

        Assert.Equal(alone, await Task.WhenAll(prompts.Select(AskAsync)));
    }

    [Fact]
    public async Task A_chat_goes_on_over_several_turns()
    {
        List<ChatMessage> messages = [new SystemChatMessage("Be short."), new UserChatMessage("Who are you?")];
        ChatCompletion first = await _client.CompleteChatAsync(messages, Greedy, TestContext.Current.CancellationToken);
        messages.AddRange([new AssistantChatMessage(first), new UserChatMessage("And who made you?")]);

        ChatCompletion second = await _client.CompleteChatAsync(messages, Greedy, TestContext.Current.CancellationToken);

        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount + first.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Lists_its_model_and_says_that_it_is_well()
    {
        var models = await GetAsync("v1/models");
        var health = await GetAsync("health");

        Assert.Equal("tiny", models.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal("tiny", (await GetAsync("v1/models/tiny")).GetProperty("id").GetString());
        Assert.Equal("model_not_found", (await GetAsync("v1/models/other%2Fmodel")).GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("{", 400, "invalid_json", null)]
    [InlineData("[]", 400, "invalid_json", null)]
    [InlineData("{}", 400, "missing_required_parameter", "messages")]
    [InlineData("""{"messages": []}""", 400, "empty_array", "messages")]
    [InlineData("""{"messages": "x"}""", 400, "invalid_type", "messages")]
    [InlineData("""{"messages": [{"role": "user"}]}""", 400, "missing_required_parameter", "messages[0].content")]
    [InlineData("""{"messages": [{"role": "boss", "content": "x"}]}""", 400, "invalid_value", "messages[0].role")]
    [InlineData("""{"messages": [{"role": "user", "content": "\ud800"}]}""", 400, "invalid_json", null)]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "temperature": "hot"}""", 400, "invalid_type", "temperature")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "temperature": 9}""", 400, "invalid_value", "temperature")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "max_tokens": 0}""", 400, "invalid_value", "max_tokens")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "stream": 1}""", 400, "invalid_type", "stream")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "n": 2}""", 400, "unsupported_value", "n")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "tools": [{}]}""", 400, "unsupported_value", "tools")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "stop": [""]}""", 400, "unsupported_value", "stop")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}], "model": "gpt-4"}""", 404, "model_not_found", "model")]
    public async Task A_faulty_request_is_answered_with_an_error_object(string body, int status, string code, string? param)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var answer = await _server.Http.PostAsync("v1/chat/completions", content, cancellationToken);

        var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)).RootElement.GetProperty("error");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_chat_longer_than_the_context_is_refused_with_both_numbers()
    {
        var prompt = string.Join(' ', Enumerable.Repeat("word", 3000));

        var failure = await Assert.ThrowsAsync<ClientResultException>(
            () => _client.CompleteChatAsync([new UserChatMessage(prompt)], Greedy, TestContext.Current.CancellationToken));

        Assert.Equal(400, failure.Status);
        Assert.Contains("maximum context length is 2048", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_is_not_served_is_answered_with_an_error_object()
    {
        Assert.Contains("not served here", (await GetAsync("v1/embeddings")).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static object[] Messages(string prompt) => [new { role = "user", content = prompt }];

    private async Task<JsonElement> PostAsync(object body)
    {
        var answer = await _server.Http.PostAsync("v1/chat/completions", new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"));
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private async Task<JsonElement> GetAsync(string path) =>
        JsonDocument.Parse(await (await _server.Http.GetAsync(path)).Content.ReadAsStringAsync()).RootElement;
}
