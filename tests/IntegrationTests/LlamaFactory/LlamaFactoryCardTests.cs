using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>How busy a host's cards are, seen by who watches the job.</summary>
public sealed class LlamaFactoryCardTests : LlamaFactoryHome
{
    [Theory]
    [InlineData(1, "echo '21811, 24564, 87'", "  GPU 87 % 21.3/24.0 GiB  ")]
    [InlineData(2, "printf '10240, 40960, 90\\n20480, 40960, 100\\n'", "  2 GPUs 95 % 30.0/80.0 GiB  ")]
    [InlineData(2, "printf '[N/A], [N/A], 90\\n[N/A], [N/A], 100\\n'", "  2 GPUs 95 %  ")]
    public async Task It_stands_beside_the_loss(int cards, string driver, string shown)
    {
        var jobId = await RunAsync(cards, driver);

        var lines = (await Home.FinetuneAsync("watch", jobId)).Split('\n').Where(line => line.Contains("  loss ", StringComparison.Ordinal)).ToList();
        Assert.Contains(lines, line => line.Contains(shown, StringComparison.Ordinal) && line.Contains(" samples/s", StringComparison.Ordinal));
        Assert.Contains("memory.used,memory.total,utilization.gpu", await File.ReadAllTextAsync(Folder.At("asked")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_that_hangs_holds_nothing_up()
    {
        var jobId = await RunAsync(1, "sleep 600");

        var readings = (await Home.Gateway.HistoryAsync(jobId)).Where(stored => stored.Type == "progress").Select(stored => stored.Data.Deserialize<TrainingProgressed>(ContractJson.Options)!).ToList();
        Assert.NotEmpty(readings);
        Assert.All(readings, reading => Assert.Null(reading.Cards));
    }

    /// <summary>A job that trains well on such a host, to its end.</summary>
    private async Task<string> RunAsync(int cards, string driver)
    {
        LlamaFactoryTool.WriteDriver(Folder.Path, $"echo \"$*\" >>'{Folder.At("asked")}'\n{driver}");
        await StartAsync(new Dictionary<string, string>
        {
            ["LlamaFactory__Command"] = LlamaFactoryTool.OnCards(Folder.Path, cards),
            ["LlamaFactory__Environment__PATH"] = $"{Folder.Path}:/usr/bin:/bin",
        });
        await Home.AddAsync("gpu-1");

        var job = await Home.Gateway.RunAsync(Job(SmallJob.Long(steps: 20, saveSteps: 1000)));

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message + "\n" + job.Failure?.Evidence);
        return job.Id;
    }
}
