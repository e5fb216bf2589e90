using System.Net;
using System.Net.Sockets;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>Whatever answers at the gateway's address, or nobody: one line says it, and the exit code is 3.</summary>
public sealed class TroubleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [MemberData(nameof(Verb.All), MemberType = typeof(Verb))]
    public async Task A_page_instead_of_json_is_told_in_one_line(string verb)
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(200, "text/html", "<html>\n<body>Welcome to nginx!</body>\n</html>");

        AssertOneLine("does another program listen at this address?", await gateway.FinetuneAsync([.. Verb.Arguments(verb, _folder), "--json"]));
    }

    [Theory]
    [InlineData("show", "[]")]
    [InlineData("get", "{}")]
    [InlineData("get", "[{\"sha\": 1}]")]
    [InlineData("list", "")]
    [InlineData("submit", "null")]
    public async Task Json_of_another_kind_is_told_in_one_line(string verb, string json)
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(200, "application/json", json);

        AssertOneLine("answer", await gateway.FinetuneAsync(Verb.Arguments(verb, _folder)));
    }

    [Fact]
    public async Task An_error_of_the_gateways_is_told_in_its_words()
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(500, "application/problem+json", """{"status": 500, "detail": "The disk is full."}""");

        AssertOneLine("The disk is full.", await gateway.FinetuneAsync("list"));
    }

    [Theory]
    [InlineData("submit")]
    [InlineData("watch")]
    [InlineData("get")]
    [InlineData("list")]
    public async Task Nobody_at_the_address_is_told_at_once_with_what_to_do(string verb)
    {
        using var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        AssertOneLine("Another address: --gateway URL or FINETUNE_GATEWAY.", await AtAsync(held, Verb.Arguments(verb, _folder)));
    }

    [Fact]
    public async Task A_gateway_that_accepts_no_connection_in_time_is_told_as_one_that_cannot_be_reached()
    {
        // Linux drops further connections when a listener's queue is full: they get no answer at all.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(deaf.LocalEndPoint!);

        AssertOneLine("Another address: --gateway URL or FINETUNE_GATEWAY.", await AtAsync(deaf, Verb.Arguments("list", _folder)));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertOneLine(string expected, EngineResult result)
    {
        Assert.True(result.ExitCode == 3, $"{result.ExitCode}: {result.Diagnostics}");
        Assert.Empty(result.Output);
        Assert.Contains(expected, Assert.Single(result.Diagnostics.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private static Task<EngineResult> AtAsync(Socket socket, string[] arguments) =>
        ModelEngine.RunAsync(EnginePath.Of("finetune"), [.. arguments, "--gateway", $"http://{socket.LocalEndPoint}"]);
}
