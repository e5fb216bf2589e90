using System.Runtime.Versioning;
using System.Text.Json;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>LLaMA-Factory's web page on a job's host, over a real SSH server; in its place a server of files that listens where gradio would.</summary>
[SupportedOSPlatform("linux")]
public sealed class BoardTests : JobOnHostFixture
{
    private protected override string TrainerScript => """
        [ "$1" = webui ] || exit 9
        if [ -e "$(dirname "$0")/no-gradio" ]; then echo "NameError: name 'gr' is not defined" >&2; exit 1; fi
        printf '%s' "LLaMA Board, $GREETING, $GRADIO_SHARE" >index.html
        exec python3 -m http.server --directory "$PWD" --bind "$GRADIO_SERVER_NAME" "$GRADIO_SERVER_PORT"
        """;

    [Fact]
    public async Task The_page_is_shown_here_until_it_is_closed_and_nothing_of_it_is_left_there()
    {
        await using var board = Start("board", ScriptedGateway.JobId);
        var line = await board.LineAsync();
        Assert.Matches("^LLaMA-Factory's page on gpu-1: http://127\\.0\\.0\\.1:[0-9]+$", line);

        Assert.Equal("LLaMA Board, it's \"here\", 0", await PageAsync(line!.Split(' ')[^1]));
        Assert.Single(Pages());
        var end = await board.InterruptAsync();

        Assert.Equal((0, ""), (end.ExitCode, end.Diagnostics));
        await UntilNothingRunsAsync();
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task It_goes_with_a_connection_that_breaks()
    {
        await using var board = Start("board", ScriptedGateway.JobId, "--json");
        await board.LineAsync();

        Server.KillSessions();

        var end = await board.EndAsync();
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("The connection to gpu-1 broke, and the page went with it; the job goes on.", end.Diagnostics, StringComparison.Ordinal);
        await UntilNothingRunsAsync();
        await UntilAsync(() => Directory.GetDirectories(JobFolder).Length == 0, () => "its folder is left");
    }

    [Fact]
    public async Task It_goes_with_the_program_that_showed_it()
    {
        await using var board = Start("board", ScriptedGateway.JobId);
        await board.LineAsync();

        board.Kill();

        await UntilNothingRunsAsync();
        await UntilAsync(() => Directory.GetDirectories(JobFolder).Length == 0, () => "its folder is left");
    }

    [Fact]
    public async Task It_goes_with_the_job()
    {
        await using var board = Start("board", ScriptedGateway.JobId);
        await board.LineAsync();

        await GiveBackAsync();

        Assert.Empty(Pages());
        var end = await board.EndAsync();
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("has given its host back, and the page went with it.", end.Diagnostics, StringComparison.Ordinal);
        Assert.False(Directory.Exists(JobFolder));
    }

    [Fact]
    public async Task A_cut_that_the_host_does_not_see_ends_it_when_no_sign_of_life_has_come_for_a_minute()
    {
        await using var board = Start("board", ScriptedGateway.JobId);
        await board.LineAsync();

        // The minute is over at once.
        Server.FreezeSessions();
        File.SetLastWriteTimeUtc(Path.Combine(Assert.Single(Directory.GetDirectories(JobFolder)), "beat"), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await UntilAsync(() => !Pages().Any(), () => "the page is still there");
        Server.ThawSessions();
    }

    [Fact]
    public async Task A_port_of_ones_own_is_used()
    {
        var port = TestKit.FreePort.Find();
        await using var board = Start("board", ScriptedGateway.JobId, "--json", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));

        var said = JsonElement.Parse((await board.LineAsync())!);

        Assert.Equal(($"http://127.0.0.1:{port}", "gpu-1"), (said.GetProperty("url").GetString(), said.GetProperty("host").GetString()));
        await board.InterruptAsync();
        await UntilNothingRunsAsync();
    }

    [Fact]
    public async Task An_environment_without_gradio_is_told()
    {
        Folder.Write("tools/no-gradio", "");

        var end = await FinetuneAsync("board", ScriptedGateway.JobId);

        Assert.Equal(1, end.ExitCode);
        Assert.Contains("LLaMA-Factory on gpu-1 lacks gradio", end.Diagnostics, StringComparison.Ordinal);
        await UntilNothingRunsAsync();
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Our_own_trainer_has_no_page()
    {
        Job = Job with { TrainerName = "builtin" };
        Leave();

        var end = await FinetuneAsync("board", ScriptedGateway.JobId);

        Assert.Equal(2, end.ExitCode);
        Assert.Contains("trains with 'builtin', which has no web page", end.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "gpu-1 is not prepared for " + ScriptedGateway.JobId + " yet")]
    [InlineData(false, "ftjob-2 has no host now")]
    public async Task A_job_that_has_no_host_or_not_yet_is_told(bool hasHost, string words)
    {
        File.Delete(Path.Combine(JobFolder, "job.json"));

        var end = await FinetuneAsync("board", hasHost ? ScriptedGateway.JobId : "ftjob-2");

        Assert.Equal(2, end.ExitCode);
        Assert.Contains(words, end.Diagnostics, StringComparison.Ordinal);
    }

    /// <summary>What would hold the card; the shell at the other end of the person's ssh goes a moment later, or with the connection.</summary>
    private IEnumerable<HomeProcess> Pages() => OnHost().Where(process => process.Arguments.Contains("http.server"));

    private static async Task<string> PageAsync(string address)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        return await http.GetStringAsync(new Uri(address));
    }
}
