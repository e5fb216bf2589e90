using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.Hosts.Pool;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>LLaMA-Factory comes to a rented host that lacks it: by the real pip, from a folder of wheels.</summary>
public sealed class LlamaFactoryInstallTests : LlamaFactoryHome
{
    private string Wheels => Folder.At("wheels");

    public override ValueTask InitializeAsync()
    {
        Assert.SkipWhen(LlamaFactoryWheels.Missing is not null, "Python's venv: " + LlamaFactoryWheels.Missing);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_host_that_lacks_it_gets_it_in_an_environment_of_its_own_which_the_next_job_uses_again()
    {
        LlamaFactoryWheels.WriteAll(Wheels);
        await StartAsync();
        var host = await Home.AddAsync("gpu-1");
        var before = await BasePackagesAsync();

        var first = await Home.Gateway.RunAsync(Shortest);
        var second = await Home.Gateway.RunAsync(Shortest);

        Assert.True(first.State == JobState.Succeeded, first.Failure?.Message + "\n" + first.Failure?.Evidence);
        Assert.True(second.State == JobState.Succeeded, second.Failure?.Message + "\n" + second.Failure?.Evidence);
        Assert.Contains("LLaMA-Factory 0.9.5 was installed in " + Root(host), await ProvenanceAsync(first.Id), StringComparison.Ordinal);
        Assert.Contains("LLaMA-Factory 0.9.5 was installed before", await ProvenanceAsync(second.Id), StringComparison.Ordinal);
        Assert.Contains(Assert.Single(Environments(host)) + "/env/bin/llamafactory-cli", await ProvenanceAsync(second.Id), StringComparison.Ordinal);
        Assert.Equal(before, await BasePackagesAsync());
        Assert.Empty(host.Leftovers());
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task One_that_is_killed_in_the_middle_is_never_taken_for_a_whole_one_and_is_made_anew()
    {
        LlamaFactoryWheels.WriteAll(Wheels);
        var hold = Folder.Write("wheels/hold", "");
        await StartAsync();
        var host = await Home.AddAsync("gpu-1");
        var jobId = await Home.Gateway.SubmitAsync(Shortest);
        await GatewayCalls.UntilAsync(() => Task.FromResult(Installing(host).Any()), () => "an installation that asks for the version");
        var environment = Assert.Single(Environments(host));
        var left = Path.Combine(environment, "env", "left-behind");
        File.WriteAllText(left, "");

        Assert.False(File.Exists(Path.Combine(environment, "installed")));
        foreach (var process in host.Processes().Where(process => process.ToString().Contains("llamafactory", StringComparison.Ordinal)))
        {
            await StandaloneProgram.SignalAsync(process.Pid, "KILL");
        }

        File.Delete(hold);
        var job = await Home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message + "\n" + job.Failure?.Evidence);
        Assert.False(File.Exists(left));
        Assert.True(File.Exists(Path.Combine(environment, "installed")));
        await Home.Gateway.StageAsync(jobId, Stage.Prepare, attempt: 2);
    }

    [Fact]
    public async Task An_environment_whose_Python_is_gone_is_made_anew()
    {
        LlamaFactoryWheels.WriteAll(Wheels);
        await StartAsync();
        var host = await Home.AddAsync("gpu-1");
        var first = await Home.Gateway.RunAsync(Shortest);
        Assert.True(first.State == JobState.Succeeded, first.Failure?.Message);
        File.Delete(Path.Combine(Assert.Single(Environments(host)), "env", "bin", "python3"));

        var second = await Home.Gateway.RunAsync(Shortest);

        Assert.True(second.State == JobState.Succeeded, second.Failure?.Message + "\n" + second.Failure?.Evidence);
        Assert.Contains("LLaMA-Factory 0.9.5 was installed in ", await ProvenanceAsync(second.Id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cp39-cp39-manylinux1_x86_64", "the wheels do not match: torch", "torch-2.8.0-cp39-cp39-manylinux1_x86_64.whl")]
    [InlineData("py3-none-any", "", "")]
    public async Task Wheels_that_do_not_match_are_told(string tag, string words, string wheel)
    {
        LlamaFactoryWheels.WriteAll(Wheels, tag);
        if (words.Length == 0)
        {
            File.Delete(Path.Combine(Wheels, "jieba-0.42.1-py3-none-any.whl"));
            (words, wheel) = ("has no wheel of jieba", "pip wheel");
        }

        await StartAsync();
        await Home.AddAsync("gpu-1");

        var jobId = await Home.Gateway.SubmitAsync(Shortest);

        var job = await Home.Gateway.UntilAsync(jobId, job => job.State is JobState.WaitingForYou or JobState.Failed, "a verdict");
        Assert.Contains(words, job.Message, StringComparison.Ordinal);
        Assert.Contains(wheel, job.Message, StringComparison.Ordinal);
    }

    private static JobSpec Shortest => Job(SmallJob.Shortest);

    private static string Root(RentedHost host) => Path.Combine(host.Folder, ".finetune", "llamafactory");

    private static IReadOnlyList<string> Environments(RentedHost host) => Directory.Exists(Root(host)) ? Directory.GetDirectories(Root(host)) : [];

    private static IEnumerable<HomeProcess> Installing(RentedHost host) => host.Processes().Where(process => process.ToString().EndsWith("llamafactory-cli version", StringComparison.Ordinal));

    private async Task<string> ProvenanceAsync(string jobId) => (await Home.Gateway.ResultJsonAsync(jobId, "provenance.json")).GetRawText();

    private static async Task<string> BasePackagesAsync() => (await ModelEngine.RunAsync("/usr/bin/python3", ["-m", "pip", "freeze", "--all"])).Output
        + string.Join('\n', Directory.EnumerateFileSystemEntries("/usr/lib/python3/dist-packages").Order(StringComparer.Ordinal));

    private Task StartAsync() => StartAsync(new Dictionary<string, string>
    {
        ["LlamaFactory__Install"] = "offline",
        ["LlamaFactory__OfflineFolder"] = Wheels,
    });
}
