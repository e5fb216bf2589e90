using System.Net;
using System.Net.Sockets;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A program that cannot start says what to do and harms nobody.</summary>
public sealed class StartingTests : IDisposable
{
    private static readonly string[] AnyPort = ["serve", "--urls", "http://127.0.0.1:0"];
    private readonly TemporaryFolder _files = new();

    private string Home => _files.File("home");

    [Fact]
    public async Task A_second_program_in_a_folder_is_turned_away_and_the_first_goes_on()
    {
        await using var first = StandaloneProgram.Start(Home, AnyPort);
        using var gateway = new GatewayCalls(await first.AddressAsync());

        await using var second = StandaloneProgram.Start(Home, AnyPort);

        Assert.Equal(1, await second.ExitCodeAsync());
        Assert.Equal(
            $"Another process already works in {Home}. Wait for it or stop it, or set FINETUNE_HOME to another folder to run a second one beside it.\n", second.Said);
        Assert.False(first.HasExited);
        Assert.Equal(JobState.Queued, (await gateway.ShowAsync(await gateway.SubmitAsync(SmallJob.Spec with { Model = "/none" }))).State);
        Assert.Equal(0, await first.StopAsync());
    }

    [Fact]
    public async Task A_second_demo_is_turned_away_and_the_first_can_be_cancelled_by_a_signal()
    {
        await using var first = StandaloneProgram.Start(Home, ["demo"]);
        await GatewayCalls.UntilAsync(() => Task.FromResult(first.Said.Contains("step 20/120", StringComparison.Ordinal)), () => $"training: {first.Said}");

        await using var second = StandaloneProgram.Start(Home, ["demo"]);

        Assert.Equal(1, await second.ExitCodeAsync());
        Assert.StartsWith($"Another process already works in {Home}/demo. Wait for it or stop it", second.Said, StringComparison.Ordinal);
        Assert.Contains(HomeProcesses.Of(Home), process => process.Is("finetune-trainer"));
        Assert.Equal(1, await first.StopAsync());
        Assert.Contains("cancelled in ", first.Said, StringComparison.Ordinal);
        Assert.Empty(HomeProcesses.Of(Home));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Home, "demo", "work"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_option_that_changes_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var program = StandaloneProgram.Start(Home, ["serve", "--urls", $"http://127.0.0.1:{port}"]);

        Assert.Equal(1, await program.ExitCodeAsync());

        Assert.Equal(
            $"http://127.0.0.1:{port} cannot be served: another program listens there. Stop it, or choose another port: --urls http://127.0.0.1:8081\n",
            program.Said);
        Assert.Empty(HomeProcesses.Of(Home));
        await using var again = StandaloneProgram.Start(Home, AnyPort);
        await again.AddressAsync();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_made()
    {
        await using var program = StandaloneProgram.Start(_files.File("a/b/home"), AnyPort);

        await program.AddressAsync();

        Assert.True(File.Exists(_files.File("a/b/home/lock")));
    }

    [Theory]
    [InlineData("", "Set FINETUNE_HOME to one that can be written.")]
    [InlineData("data", "Make it writable, or set FINETUNE__Database__Folder to another folder.")]
    [InlineData("artifacts", "Make it writable, or set FINETUNE__Storage__Folder to another folder.")]
    [InlineData("work", "Make it writable, or set FINETUNE__LocalHost__WorkFolder to another folder.")]
    public async Task A_file_where_a_folder_should_be_is_told_at_the_start(string name, string advice)
    {
        var path = Path.Combine(Home, name).TrimEnd('/');
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "not a folder");
        await using var program = StandaloneProgram.Start(Home, AnyPort);

        Assert.Equal(1, await program.ExitCodeAsync());

        Assert.StartsWith($"The folder {path} cannot be ", program.Said, StringComparison.Ordinal);
        Assert.EndsWith(advice + "\n", program.Said, StringComparison.Ordinal);
        Assert.Equal(1, program.Said.Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task A_folder_that_became_read_only_is_not_taken_for_one_in_use()
    {
        Directory.CreateDirectory(Home);
        File.WriteAllText(Path.Combine(Home, "lock"), "");
        await SmallDisk.SkipWithoutAsync();
        await using var program = StandaloneProgram.Start(Home, AnyPort, wrapper: SmallDisk.ReadOnly(Home));

        Assert.Equal(1, await program.ExitCodeAsync());

        Assert.Equal(
            $"The folder {Home} cannot be used: Read-only file system : '{Home}/lock' Set FINETUNE_HOME to one that can be written.\n", program.Said);
    }

    public void Dispose() => _files.Dispose();
}
