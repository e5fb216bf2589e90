using System.Diagnostics;
using FineTunePipeline.Hosts;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>Contact that is lost, in every way, at every moment.</summary>
public sealed class SshContactTests : SshServerFixture
{
    private static readonly HostCommand Hello = new() { FileName = "echo", Arguments = ["hello"] };

    /// <summary>Probe after 1 s, dead after 2 s more, and the machine may be busy.</summary>
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_server_killed_in_the_middle_of_a_command_makes_it_unreachable_at_once()
    {
        var running = await BegunAsync(Connect());

        Server.KillNow();

        await UnreachableAsync(running);
    }

    [Fact]
    public async Task A_frozen_server_makes_a_command_unreachable_in_time()
    {
        var running = await BegunAsync(Connect());

        Server.FreezeSessions();

        Assert.Contains("no sign of life", (await UnreachableAsync(running)).Message);
    }

    [Fact]
    public async Task A_frozen_server_makes_a_download_unreachable_in_time()
    {
        var path = await BigFileAsync(64);
        await using var stream = await Connect().OpenReadAsync(path, default);
        var buffer = new byte[1 << 16];
        await stream.ReadExactlyAsync(buffer);

        Server.FreezeSessions();

        await UnreachableAsync(stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_frozen_server_makes_an_upload_unreachable_in_time()
    {
        var content = new EndlessContent();
        var uploading = Connect().UploadAsync(content, Work + "/big", default);
        await content.HasGivenAsync(20 << 20);

        Server.FreezeSessions();

        await UnreachableAsync(uploading);
    }

    [Fact]
    public async Task A_server_killed_in_the_middle_of_an_upload_leaves_no_file()
    {
        var content = new EndlessContent();
        var uploading = Connect().UploadAsync(content, Work + "/big", default);
        await content.HasGivenAsync(20 << 20);

        Server.KillNow();

        await UnreachableAsync(uploading);
        Assert.False(File.Exists(Work + "/big"));
        await Server.RestartAsync(newHostKey: false);
        Assert.Empty(await Connect().ListAsync(Work, default));
    }

    [Fact]
    public async Task A_server_killed_in_the_middle_of_a_download_makes_it_unreachable()
    {
        var path = await BigFileAsync(64);
        await using var stream = await Connect().OpenReadAsync(path, default);
        await stream.ReadExactlyAsync(new byte[1 << 16]);

        Server.KillNow();

        await UnreachableAsync(stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_silent_command_on_a_live_host_is_left_alone()
    {
        // Longer than the probe's limits together.
        var result = await Connect().RunAsync(Shell("sleep 5; echo done"), default);

        Assert.Equal("done\n", result.StandardOutput);
    }

    [Fact]
    public async Task A_quiet_connection_that_died_is_replaced_before_it_is_used()
    {
        var host = Connect();
        await host.RunAsync(Hello, default);
        Server.FreezeSessions();
        await Task.Delay(TimeSpan.FromSeconds(1.5));

        // The server itself lives: a new connection works.
        var result = await host.RunAsync(Hello, default);

        Assert.Equal("hello\n", result.StandardOutput);
    }

    [Fact]
    public async Task Connects_again_after_the_connection_was_lost()
    {
        var host = Connect();
        var running = await BegunAsync(host);
        Server.KillSessions();
        await UnreachableAsync(running);

        Assert.Equal("hello\n", (await host.RunAsync(Hello, default)).StandardOutput);
    }

    [Fact]
    public async Task A_run_goes_on_without_us()
    {
        var host = Connect();
        await host.StartAsync(Work + "/run", Shell("sleep 2; echo survived; exit 3"), default);
        Server.KillNow();
        await Assert.ThrowsAsync<HostUnreachableException>(() => Connect().LookAsync(Work + "/run", default));
        await Server.RestartAsync(newHostKey: false);

        var clock = Stopwatch.StartNew();
        RunLook look;
        var other = Connect();
        while ((look = await other.LookAsync(Work + "/run", default)).State == RunState.Running && clock.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(200);
        }

        Assert.Equal((RunState.Exited, 3), (look.State, look.ExitCode));
        Assert.Equal("survived\n", await File.ReadAllTextAsync(Work + "/run/" + RunFolder.Output));
    }

    [Fact]
    public async Task Many_calls_share_few_connections()
    {
        var host = Connect(options => (options.MaxConnections, options.CallsPerConnection) = (2, 3));
        var most = 0;

        var calls = Task.WhenAll(Enumerable.Range(0, 30).Select(i => host.RunAsync(Shell("sleep 0.2; echo $1", i.ToString()), default)));
        while (!calls.IsCompleted)
        {
            most = Math.Max(most, Server.SessionCount);
            await Task.Delay(20);
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}\n"), (await calls).Select(result => result.StandardOutput));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        var host = Connect(options => options.IdleTimeout = TimeSpan.FromSeconds(1));
        await host.RunAsync(Hello, default);
        Assert.Equal(1, Server.SessionCount);

        for (var clock = Stopwatch.StartNew(); Server.SessionCount > 0; await Task.Delay(50))
        {
            Assert.True(clock.Elapsed < InTime);
        }
    }

    /// <summary>A command that runs for a minute and has begun.</summary>
    private async Task<Task> BegunAsync(IComputeHost host)
    {
        var running = host.RunAsync(Shell("echo > \"$1\"; sleep 60", Work + "/begun"), default);
        for (var clock = Stopwatch.StartNew(); !File.Exists(Work + "/begun"); await Task.Delay(20))
        {
            Assert.True(clock.Elapsed < InTime);
        }

        return running;
    }

    private static async Task<HostUnreachableException> UnreachableAsync(Task task)
    {
        var clock = Stopwatch.StartNew();
        var exception = await Assert.ThrowsAsync<HostUnreachableException>(() => task.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.True(clock.Elapsed < InTime, $"It took {clock.Elapsed}");
        return exception;
    }

    private async Task<string> BigFileAsync(int megabytes)
    {
        var path = Work + "/big-source";
        await File.WriteAllBytesAsync(path, new byte[megabytes << 20]);
        return path;
    }
}
