using FineTunePipeline.Hosts;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>What a host sends is not kept. Alone, because the heap is that of all tests that run.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SshMemoryTests : SshServerFixture
{
    public const string Name = "ssh memory";
    private const double Allowed = 40;

    [Fact]
    public async Task A_hundred_megabytes_on_one_line_cost_little_memory()
    {
        var host = Connect();
        await host.RunAsync(Shell("echo ready"), default);
        var before = LiveMegabytes();
        var most = before;

        var running = host.RunAsync(Shell("head -c 100000000 /dev/zero | tr '\\000' x; echo the end; head -c 5000000 /dev/zero | tr '\\000' y >&2; echo bad end >&2; exit 4"), default);
        while (!running.IsCompleted)
        {
            most = Math.Max(most, LiveMegabytes());
            await Task.Delay(20);
        }

        var result = await running;
        Assert.Equal(4, result.ExitCode);
        Assert.Equal(1 << 20, result.StandardOutput.Length);
        Assert.Equal(1 << 20, result.StandardError.Length);
        Assert.EndsWith("xthe end\n", result.StandardOutput);
        Assert.EndsWith("ybad end\n", result.StandardError);
        Assert.True(most - before < Allowed, $"Memory grew by {most - before:0} MB");
    }

    [Fact]
    public async Task A_slow_reader_does_not_fill_our_memory()
    {
        await using (var file = File.Create(Work + "/big"))
        {
            file.SetLength(300 << 20);
        }

        await using var stream = await Connect().OpenReadAsync(Work + "/big", default);
        await stream.ReadExactlyAsync(new byte[1 << 16]);
        var before = LiveMegabytes();

        await Task.Delay(TimeSpan.FromSeconds(3));

        var grown = LiveMegabytes() - before;
        Assert.True(grown < Allowed, $"Memory grew by {grown:0} MB");
        await stream.ReadExactlyAsync(new byte[1 << 20]);
    }

    /// <summary>What is reachable; the resident size is more by what the collector has not yet taken, and says nothing here.</summary>
    private static double LiveMegabytes() => GC.GetTotalMemory(forceFullCollection: true) / (1024.0 * 1024);
}
