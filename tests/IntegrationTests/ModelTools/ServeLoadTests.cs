using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>The model server when clients go away, come in numbers, or it is told to end.</summary>
public sealed class ServeLoadTests
{
    /// <summary>Long answers: the model's end tokens are forbidden.</summary>
    private const string Endless = """
        {"messages": [{"role": "user", "content": "Who are you?"}], "stream": true, "temperature": 0, "logit_bias": {"2040": -100, "2041": -100}}
        """;
    private const string Short = """{"messages": [{"role": "user", "content": "Who are you?"}], "temperature": 0, "max_tokens": 4}""";

    [Fact]
    public async Task A_client_that_goes_away_frees_its_place()
    {
        await using var server = await ModelServerProcess.StartAsync("--parallel", "1", "--queue", "0");
        using (var gone = await BeginAsync(server, Endless))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync(server, Short)).StatusCode);
        }

        await WaitAsync(async () => (await HealthAsync(server)).GetProperty("open").GetInt32() == 0);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, Short)).StatusCode);
    }

    [Fact]
    public async Task Who_comes_when_the_queue_is_full_is_told_to_come_back()
    {
        await using var server = await ModelServerProcess.StartAsync("--parallel", "1", "--queue", "0");
        using var running = await BeginAsync(server, Endless);

        var refused = await PostAsync(server, Short);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        var error = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("error");
        Assert.Equal("rate_limit_exceeded", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_short_question_does_not_wait_for_long_answers()
    {
        await using var server = await ModelServerProcess.StartAsync("--parallel", "3");
        using var first = await BeginAsync(server, Endless);
        using var second = await BeginAsync(server, Endless);

        var answer = await PostAsync(server, Short);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, (await HealthAsync(server)).GetProperty("open").GetInt32());
    }

    [Fact]
    public async Task A_request_that_fails_leaves_the_others_and_the_server_alone()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ModelServerProcess.StartWithAsync(await FailingModel.MakeAsync(folder), "--parallel", "4");
        var good = Short.Replace(FailingModel.Word, "Are", StringComparison.Ordinal);

        var answers = await Task.WhenAll(new[] { good, Short, good, Short, good, Short }.Select(body => PostAsync(server, body)));

        Assert.Equal([200, 500, 200, 500, 200, 500], answers.Select(answer => (int)answer.StatusCode));
        Assert.Contains("no numbers", await answers[1].Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, good)).StatusCode);
        Assert.Equal(0, (await HealthAsync(server)).GetProperty("open").GetInt32());
    }

    [Fact]
    public async Task More_requests_than_places_are_all_answered()
    {
        await using var server = await ModelServerProcess.StartAsync("--parallel", "2");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => PostAsync(server, Short)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Ends_at_SIGTERM_after_what_runs_is_answered()
    {
        await using var server = await ModelServerProcess.StartAsync();
        using var running = await BeginAsync(server, Endless.Replace("\"stream\"", "\"max_tokens\": 300, \"stream\"", StringComparison.Ordinal));

        await server.TerminateAsync();

        var rest = await running.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
        Assert.Equal(0, await server.ExitCodeAsync());
    }

    [Fact]
    public async Task A_taken_port_is_told_by_its_own_exit_code()
    {
        await using var server = await ModelServerProcess.StartAsync();

        var second = await ModelEngine.RunAsync("serve", TestModels.Gguf, "--port", $"{server.Port}");

        Assert.Equal(5, second.ExitCode);
        Assert.Equal("port_taken", second.ErrorCode);
        Assert.Contains($"{server.Port}", second.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_a_chat_template_is_refused()
    {
        using var folder = new TemporaryFolder();

        var run = await ModelEngine.RunAsync("serve", TestModels.Renamed(folder, "tokenizer.chat_template", "tokenizer.chat_templatX"), "--port", "0");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("template_missing", run.ErrorCode);
    }

    private static async Task<HttpResponseMessage> BeginAsync(ModelServerProcess server, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private static Task<HttpResponseMessage> PostAsync(ModelServerProcess server, string body) =>
        server.Http.PostAsync("v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    private static async Task<JsonElement> HealthAsync(ModelServerProcess server) =>
        JsonDocument.Parse(await server.Http.GetStringAsync("health", TestContext.Current.CancellationToken)).RootElement;

    /// <summary>The server hears of a closed connection a moment later.</summary>
    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }
}
