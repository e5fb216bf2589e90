using Microsoft.AspNetCore.Http;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary><c>finetune watch</c>: only the gateway's word ends it, not the end of a connection.</summary>
public sealed class WatchTests
{
    private const string Cut = "cut";

    [Fact]
    public async Task Goes_on_after_the_last_event_when_the_stream_is_closed()
    {
        await using var gateway = await ServeAsync("succeeded", [Event(1, "one"), Event(2, "two")], [Event(3, "three")]);

        var watched = await gateway.FinetuneAsync("watch", ScriptedGateway.JobId);

        Assert.Equal(0, watched.ExitCode);
        Assert.Equal(["one", "two", "three"], watched.Output.Trim().Split('\n').Select(line => line.Split(' ')[^1]));
        Assert.Equal(["", "2"], Streams(gateway).Select(request => request.LastEventId));
        Assert.Contains("the job goes on. Trying again", watched.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goes_on_when_the_connection_breaks_and_the_gateway_is_away_for_a_while()
    {
        await using var gateway = await ServeAsync("failed", [Event(1, "one"), Cut], [Cut], ["503"], [Event(2, "two")]);

        var watched = await gateway.FinetuneAsync("watch", ScriptedGateway.JobId, "--json");

        Assert.Equal(1, watched.ExitCode);
        Assert.Equal(["one", "two"], watched.Lines.Select(line => line.GetProperty("message").GetString()));
        Assert.Equal(["", "1", "1", "1"], Streams(gateway).Select(request => request.LastEventId));
    }

    [Fact]
    public async Task Gives_up_when_the_gateway_stays_away()
    {
        await using var gateway = await ServeAsync("running", [Event(1, "one"), Cut], ["503"]);

        var watched = await gateway.FinetuneAsync("watch", ScriptedGateway.JobId, "--retry-for", "1");

        Assert.Equal(3, watched.ExitCode);
        Assert.InRange(Streams(gateway).Count, 3, 5);
    }

    [Theory]
    [InlineData("503", 3)]
    [InlineData("404", 2)]
    public async Task Does_not_wait_for_a_gateway_that_never_gave_the_stream(string status, int exitCode)
    {
        await using var gateway = await ServeAsync("running", [status]);

        Assert.Equal(exitCode, (await gateway.FinetuneAsync("watch", ScriptedGateway.JobId)).ExitCode);

        Assert.Single(gateway.Requests);
    }

    [Theory]
    [InlineData("watch")]
    [InlineData("logs", "-f")]
    public async Task Ctrl_C_ends_the_watching_and_not_the_job(string verb, params string[] options)
    {
        await using var gateway = await ServeAsync("running", [Event(1, "one"), "wait"]);
        await using var watch = new RunningFinetune(gateway, [verb, ScriptedGateway.JobId, .. options]);
        Assert.EndsWith("one", await watch.LineAsync(), StringComparison.Ordinal);

        var ended = await watch.InterruptAsync();

        Assert.Equal(130, ended.ExitCode);
        Assert.Contains("the job goes on", ended.Diagnostics, StringComparison.Ordinal);
        Assert.All(gateway.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_waiting_for_a_gateway_that_is_away()
    {
        await using var gateway = await ServeAsync("running", [Event(1, "one"), Cut], ["503"]);
        await using var watch = new RunningFinetune(gateway, "watch", ScriptedGateway.JobId);
        Assert.EndsWith("one", await watch.LineAsync(), StringComparison.Ordinal);

        Assert.Equal(130, (await watch.InterruptAsync()).ExitCode);
    }

    /// <summary>One list for each time that the stream is asked for, the last one for all later times; the job has ended after the last.</summary>
    private static Task<ScriptedGateway> ServeAsync(string end, params string[][] streams)
    {
        var asked = 0;
        return ScriptedGateway.StartAsync(async (context, before) =>
        {
            if (!context.Request.Path.Value!.EndsWith("/events", StringComparison.Ordinal))
            {
                await ScriptedGateway.SayAsync(context, $$"""{"id": "{{ScriptedGateway.JobId}}", "state": "{{(asked == streams.Length ? end : "running")}}"}""");
                return;
            }

            asked = Math.Min(before + 1, streams.Length);
            context.Response.ContentType = "text/event-stream";
            foreach (var part in streams[asked - 1])
            {
                switch (part)
                {
                    case "503" or "404":
                        context.Response.StatusCode = int.Parse(part, System.Globalization.CultureInfo.InvariantCulture);
                        break;
                    case Cut:
                        await ScriptedGateway.CutAsync(context);
                        break;
                    case "wait":
                        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                        break;
                    default:
                        await context.Response.WriteAsync(part);
                        await context.Response.Body.FlushAsync();
                        break;
                }
            }
        });
    }

    private static string Event(int number, string message) =>
        $$"""
        event: changed
        id: {{number}}
        data: {"at": "2026-01-01T00:00:00+00:00", "state": "running", "message": "{{message}}"}


        """;

    private static List<SeenRequest> Streams(ScriptedGateway gateway) => [.. gateway.Requests.Where(request => request.Path.EndsWith("/events", StringComparison.Ordinal))];
}
