using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary><c>finetune plan</c>: what the job then does, told before anything is paid.</summary>
public sealed class LlamaFactoryPlanTests : LlamaFactoryHome
{
    private static readonly string[] OnHost = ["bf16", "dataset_dir", "ddp_timeout", "fp16", "model_name_or_path", "output_dir", "resume_from_checkpoint"];

    public override async ValueTask InitializeAsync() => await StartAsync(LlamaFactoryTool.Settings(LlamaFactoryTool.In(Folder.Path)));

    [Fact]
    public async Task A_plan_takes_no_host_and_is_what_the_job_then_does()
    {
        await Home.AddAsync("gpu-1", "--price", "1");
        var spec = Job() with { Hyperparameters = SmallJob.Spec.Hyperparameters with { MaxSteps = -1, NumTrainEpochs = 0.05, ValSize = 4 } };
        var file = Write(spec);

        var said = await Home.FinetuneAsync("plan", file);
        var yaml = await Home.FinetuneAsync("plan", file, "--yaml");
        var plan = JsonElement.Parse(await Home.FinetuneAsync("plan", file, "--json")).GetProperty("plan");

        Assert.Empty(JsonElement.Parse(await Home.FinetuneAsync("list", "--json")).GetProperty("jobs").EnumerateArray());
        Assert.Equal(0, await Home.CountAsync("provisioning", "SELECT COUNT(*) FROM leases"));
        Assert.Equal("The job can be run as it stands.", said.Split('\n')[0]);
        Assert.Contains("; 4 samples are kept for the evaluation loss", said, StringComparison.Ordinal);
        Assert.Contains("budget    hosts up to 5 CNY an hour, as much as they cost until the deadline; done within 1.00:00:00", said, StringComparison.Ordinal);

        // The same file, now in earnest.
        var job = await Home.Gateway.EndAsync((await Home.FinetuneAsync("submit", file)).Trim());
        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message + "\n" + job.Failure?.Evidence);
        Assert.Equal(plan.GetProperty("steps").GetInt64(), job.Progress!.TotalSteps);
        var given = Lines(await Home.StoredTextAsync(await ConfigurationAsync(job.Id)));
        var planned = Lines(yaml);
        var changed = given.Keys.Union(planned.Keys).Where(key => given.GetValueOrDefault(key) != planned.GetValueOrDefault(key)).ToList();
        Assert.NotEmpty(changed);
        Assert.Empty(changed.Except(OnHost));
        Assert.All(OnHost, key => Assert.Contains($"#   {key}: ", yaml, StringComparison.Ordinal));
        Assert.Equal("\"adamw_torch\"", planned["optim"]);
    }

    [Fact]
    public async Task All_faults_are_told_at_once_as_at_submit()
    {
        var file = Write(Job() with
        {
            Hyperparameters = SmallJob.Spec.Hyperparameters with { LoraRank = 0, ValSize = 0.5 },
            Llamafactory = Keys("""{"learning_rte": 1, "output_dir": "/x"}"""),
        });

        var (code, said) = await Home.TryFinetuneAsync("plan", file);

        Assert.Equal(2, code);
        Assert.Contains("3 things must be changed:", said, StringComparison.Ordinal);
        Assert.All(["lora_rank", "did you mean 'learning_rate'?", "llamafactory.output_dir: it belongs to the pipeline"], words => Assert.Contains(words, said, StringComparison.Ordinal));
    }

    /// <summary>kill -9 while it is checked: the plan is told all the same, and nothing else is begun.</summary>
    [Fact]
    public async Task A_plan_outlives_the_service_that_checks_it()
    {
        var plan = await Home.Gateway.PlanAsync(Job());
        await Home.KillProgramAsync();
        await Home.StartProgramAsync();

        var job = await Home.Gateway.EndAsync(plan);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        Assert.Equal(["plan.json", "train.yaml"], job.Result!.Files.Select(one => one.Path));
        Assert.Equal(0, await Home.CountAsync("provisioning", "SELECT COUNT(*) FROM leases"));
    }

    private string Write(JobSpec spec)
    {
        var file = Folder.At("job.json");
        File.WriteAllText(file, JsonSerializer.Serialize(spec, ContractJson.Options));
        return file;
    }

    private static JobSpec Job() => Job(SmallJob.Shortest, """{"optim": "adamw_torch", "packing": false}""");

    /// <summary>Digest of the file that the trainer was given, as the provenance has it.</summary>
    private async Task<string> ConfigurationAsync(string jobId) => (await Home.Gateway.ResultJsonAsync(jobId, "provenance.json")).GetProperty("history").EnumerateArray()
        .Where(moment => moment.GetProperty("stage").GetString() == "train" && moment.TryGetProperty("statement", out var statement) && statement.ValueKind == JsonValueKind.Object)
        .Select(moment => moment.GetProperty("statement").GetProperty("configuration").GetProperty("sha256").GetString()!).Single();

    private static Dictionary<string, string> Lines(string yaml) => yaml.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => !line.StartsWith('#')).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
