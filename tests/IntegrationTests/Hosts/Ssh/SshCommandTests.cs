using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

public sealed class SshCommandTests : SshServerFixture
{
    [Theory]
    [InlineData("HUP", 129)]
    [InlineData("KILL", 137)]
    [InlineData("BUS", 135)]
    [InlineData("TERM", 143)]
    [InlineData("XCPU", 152)]
    public async Task Tells_by_which_signal_a_command_ended(string signal, int code)
    {
        var result = await Connect().RunAsync(Shell("echo out; echo err >&2; kill -$1 $$", signal), default);

        Assert.Equal(new CommandResult(code, "out\n", "err\n"), result);
    }

    [Fact]
    public async Task Tells_a_program_that_may_not_be_run_and_a_folder_that_is_not_there()
    {
        var host = Connect();
        await File.WriteAllTextAsync(Work + "/data", "no program");

        Assert.Equal(126, (await host.RunAsync(new HostCommand { FileName = Work + "/data" }, default)).ExitCode);
        var lost = await host.RunAsync(Shell("echo ran") with { WorkingDirectory = Work + "/nowhere" }, default);
        Assert.NotEqual(0, lost.ExitCode);
        Assert.Equal("", lost.StandardOutput);
        Assert.Contains("nowhere", lost.StandardError);
    }

    [Fact]
    public async Task The_end_of_the_time_limit_ends_all_that_the_command_started()
    {
        var command = Shell("(while :; do date +%s%N > \"$1\"; sleep 0.1; done) & sleep 60", Work + "/alive") with { TimeLimit = TimeSpan.FromSeconds(1) };

        await Assert.ThrowsAsync<TimeoutException>(() => Connect().RunAsync(command, default));

        await StandsStillAsync(Work + "/alive");
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once_and_the_command_soon()
    {
        using var cancel = new CancellationTokenSource();
        var running = Connect().RunAsync(Shell("while :; do date +%s%N > \"$1\"; sleep 0.1; done", Work + "/alive"), cancel.Token);
        await UntilAsync(() => File.Exists(Work + "/alive"));
        var clock = Stopwatch.StartNew();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2));
        await UntilAsync(() => File.GetLastWriteTimeUtc(Work + "/alive") < TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-1));
    }

    [Fact]
    public async Task What_a_command_leaves_behind_does_not_hold_up_its_result()
    {
        var clock = Stopwatch.StartNew();

        var result = await Connect().RunAsync(Shell("sleep 30 & echo done"), default);

        Assert.Equal(new CommandResult(0, "done\n", ""), result);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_command_finds_its_input_empty() => Assert.Equal("0\n", (await Connect().RunAsync(Shell("wc -c"), default)).StandardOutput);

    [Fact]
    public async Task Values_of_variables_show_in_no_list_of_processes()
    {
        var command = Shell("cat /proc/[0-9]*/cmdline | tr '\\000' '\\n' | grep -c 'hush[-]hush'; printf %s \"$TOKEN\"") with
        {
            Environment = new Dictionary<string, string?> { ["TOKEN"] = "hush-hush" },
        };

        Assert.Equal("0\nhush-hush", (await Connect().RunAsync(command, default)).StandardOutput);
    }

    [Fact]
    public async Task A_long_list_of_arguments_arrives_whole()
    {
        var arguments = Enumerable.Range(0, 20_000).Select(i => $"argument '{i}'\n").ToArray();

        var result = await Connect().RunAsync(Shell("printf %s \"$@\" | cksum; echo $#", arguments), default);

        var local = Process.Start(new ProcessStartInfo("cksum") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await local.StandardInput.WriteAsync(string.Concat(arguments));
        local.StandardInput.Close();
        Assert.Equal(await local.StandardOutput.ReadToEndAsync() + "20000\n", result.StandardOutput);
    }

    [Fact]
    public async Task A_login_shell_that_runs_nothing_is_named()
    {
        await using var server = await SshServer.StartAsync("/bin/false");
        await using var connector = new SshHostConnector(Options.Create(new SshOptions { KeyFile = server.KeyFile }), TimeProvider.System);

        var refused = await Assert.ThrowsAnyAsync<IOException>(() => connector.Connect(server.Endpoint.Reference(Work) with { HostKey = server.Fingerprint }).RunAsync(Shell("echo"), default));

        Assert.IsNotType<HostUnreachableException>(refused);
        Assert.Contains("login shell", refused.Message);
        Assert.Contains(server.Endpoint.ToString(), refused.Message);
    }

    [Fact]
    public async Task Forwards_a_port_of_the_host()
    {
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        var answering = AnswerAsync(service);
        await using var forward = await Connect().ForwardAsync(((IPEndPoint)service.LocalEndpoint).Port, default);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", forward.Port);

        client.GetStream().Write("ping"u8);
        var answer = new byte[4];
        await client.GetStream().ReadExactlyAsync(answer);

        Assert.Equal("PING"u8.ToArray(), answer);
        Assert.NotEqual(((IPEndPoint)service.LocalEndpoint).Port, forward.Port);
        await answering;
        client.Close();
        var port = forward.Port;
        await forward.DisposeAsync();
        using var late = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync("127.0.0.1", port));

        static async Task AnswerAsync(TcpListener service)
        {
            using var client = await service.AcceptTcpClientAsync();
            var question = new byte[4];
            await client.GetStream().ReadExactlyAsync(question);
            client.GetStream().Write(question.Select(letter => (byte)char.ToUpperInvariant((char)letter)).ToArray());
        }
    }

    private static async Task StandsStillAsync(string path)
    {
        var last = await File.ReadAllTextAsync(path);
        await Task.Delay(500);
        Assert.Equal(last, await File.ReadAllTextAsync(path));
    }
}
