using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>What comes from the gateway cannot command the terminal, and <c>--json</c> is JSON and nothing else.</summary>
public sealed class OutputTests : IDisposable
{
    // Clears the screen, sets the title, C1's own start of a command, backspace, carriage return.
    private const string Hostile = @"\u001b[2J\u001b]0;owned\u0007\u009b31m\b\r[red]x";
    private const string Change = $$"""{"at": "2026-01-01T00:00:00+00:00", "state": "{{Hostile}}", "message": "{{Hostile}}"}""";

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [MemberData(nameof(Verb.All), MemberType = typeof(Verb))]
    public async Task No_control_character_reaches_the_terminal(string verb)
    {
        await using var gateway = await ServeAsync();

        var result = await gateway.FinetuneAsync(Verb.Arguments(verb, _folder));

        Assert.True(result.ExitCode == 0, result.Diagnostics);
        Assert.NotEmpty(result.Output);
        AssertHarmless(result.Output + result.Diagnostics);
    }

    [Fact]
    public async Task No_control_character_of_an_error_reaches_the_terminal()
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(400, "application/problem+json", $$"""{"status": 400, "detail": "{{Hostile}}"}""");

        var result = await gateway.FinetuneAsync("show", ScriptedGateway.JobId);

        Assert.Contains("owned", result.Diagnostics, StringComparison.Ordinal);
        AssertHarmless(result.Diagnostics);
    }

    [Theory]
    [MemberData(nameof(Verb.All), MemberType = typeof(Verb))]
    public async Task Json_is_all_that_is_printed_for_programs(string verb)
    {
        await using var gateway = await ServeAsync();

        var result = await gateway.FinetuneAsync([.. Verb.Arguments(verb, _folder), "--json"]);

        Assert.True(result.ExitCode == 0, result.Diagnostics);
        Assert.NotEmpty(result.Lines);
        AssertHarmless(result.Output);
    }

    [Fact]
    public async Task A_submit_that_is_watched_tells_programs_the_job_first()
    {
        await using var gateway = await ServeAsync();

        var result = await gateway.FinetuneAsync([.. Verb.Arguments("submit", _folder), "--watch", "--json"]);

        Assert.Equal((0, ScriptedGateway.JobId), (result.ExitCode, result.Lines[0].GetProperty("id").GetString()));
        Assert.Equal(2, result.Lines.Count);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_conversation()
    {
        await using var gateway = await ServeAsync();
        await using var chat = new RunningFinetune(gateway, "chat", ScriptedGateway.JobId);
        await chat.TypeAsync("Who are you?");
        Assert.Contains("owned", await chat.LineAsync(), StringComparison.Ordinal);

        Assert.Equal(130, (await chat.InterruptAsync()).ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertHarmless(string printed) =>
        Assert.DoesNotContain(printed, character => char.IsControl(character) && character != '\n');

    /// <summary>A gateway, or a model, or somebody's job, that tries to command the terminal.</summary>
    private static Task<ScriptedGateway> ServeAsync() => ScriptedGateway.StartAsync((context, before) =>
    {
        const string Job = $$"""
            {"id": "{{ScriptedGateway.JobId}}", "name": "{{Hostile}}", "state": "succeeded", "stage": "{{Hostile}}", "message": "{{Hostile}}",
             "result": {"endpoint": "{{Hostile}}", "files": [{"path": "{{Hostile}}", "kind": "{{Hostile}}"}], "evaluation": {"sets": {"{{Hostile}}": {"before": 0, "after": 1} } } } }
            """;
        const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        var last = context.Request.Path.Value!.Split('/')[^1];
        var streams = ScriptedGateway.BodyOf(context).Contains("\"stream\":true", StringComparison.Ordinal);
        return last switch
        {
            "jobs" when context.Request.Method == "GET" => ScriptedGateway.SayAsync(context, $$"""{"jobs": [{{Job}}], "next": "{{Hostile}}"}"""),
            "jobs" => ScriptedGateway.SayAsync(context, Job, status: 202),
            "events" => ScriptedGateway.SayAsync(context, $"event: changed\nid: 1\ndata: {Change}\n\n", "text/event-stream"),
            "history" => ScriptedGateway.SayAsync(context, before == 0 ? $$"""[{"sequence": 1, "type": "changed", "data": {{Change}}}]""" : "[]"),
            "files" => ScriptedGateway.SayAsync(context, $$"""[{"kind": "log", "path": "{{Hostile}}", "artifact": {"sha256": "{{Empty}}", "bytes": 0} }]"""),
            "chat" when streams => ScriptedGateway.SayAsync(
                context,
                $$"""data: {"choices": [{"delta": {"content": "{{Hostile}}"} }]}""" + "\n\ndata: {\"choices\": []}\n\ndata: [DONE]\n\n", "text/event-stream"),
            "chat" => ScriptedGateway.SayAsync(context, $$"""{"choices": [{"message": {"role": "assistant", "content": "{{Hostile}}"} }]}"""),
            _ => ScriptedGateway.SayAsync(context, Job),
        };
    });
}
