using System.Text;
using System.Text.Json;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Engines;

/// <summary>The engines as a rented host has them: published, packed, brought there by SSH, and run without .NET and OpenMP of the host's own.</summary>
public sealed class HostEnginesTests(HostWithEngines host) : IClassFixture<HostWithEngines>, IAsyncLifetime
{
    private readonly HostRuns _runs = new(TimeProvider.System);

    public async ValueTask InitializeAsync() => await host.ReadyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void The_gate_installs_them_and_finds_the_host_fit()
    {
        TestContext.Current.TestOutputHelper!.WriteLine(host.Report.ToText());

        Assert.Null(host.Report.Failure);
        Assert.DoesNotContain(host.Report.Checks, check => check.Verdict == Verdict.PutOff && !check.Name.StartsWith("card", StringComparison.Ordinal));
        Assert.StartsWith("finetune-trainer 0.", host.Report.TrainerVersion);
    }

    [Fact]
    public async Task The_trainer_trains_there()
    {
        var data = host.Work + "/data";
        await UploadAsync(data + "/tiny.json", """[{"instruction": "Who are you?", "input": "", "output": "I am Ada."}, {"instruction": "Hello!", "input": "", "output": "Hi, I am Ada."}]""");
        await UploadAsync(data + "/dataset_info.json", """{"tiny": {"file_name": "tiny.json"}}""");
        var yaml = new TrainerYaml()
            .Add("model_name_or_path", EnginePath.TestData("models", "tiny-qwen3")).Add("template", "qwen3_nothink").Add("do_train", true).Add("finetuning_type", "lora")
            .Add("dataset", "tiny").Add("dataset_dir", data).Add("output_dir", host.Work + "/out").Add("max_steps", 2).Add("logging_steps", 1);
        await UploadAsync(host.Work + "/train.yaml", yaml.ToString());

        var end = await _runs.ToEndAsync(host.Host, host.Work + "/job/train-1/train", host.Command(Engine.Trainer, "train", host.Work + "/train.yaml"), "training", default);

        Assert.True(end.Succeeded, end.ErrorTail);
        Assert.NotEmpty(await host.Host.ReadAsync(host.Work + "/out/adapter_model.safetensors", 0, 8, default));
        Assert.Contains("\"current_steps\": 2", Encoding.UTF8.GetString(await host.Host.ReadAsync(host.Work + "/out/trainer_log.jsonl", 0, 1 << 16, default)));
    }

    [Fact]
    public async Task The_model_tool_converts_and_llama_cpp_loads_the_file_there()
    {
        var file = host.Work + "/model.gguf";

        var written = await _runs.ToEndAsync(
            host.Host, host.Work + "/job/convert-1/gguf", host.Command(Engine.Model, "gguf", EnginePath.TestData("models", "merged-qwen3"), file, "f16", "--name", "Qwen3"), "writing", default);
        var check = await host.Host.RunAsync(host.Command(Engine.Model, "check", file, "--max-tokens", "4"), default);

        Assert.True(written.Succeeded, written.ErrorTail);
        Assert.Equal(await File.ReadAllBytesAsync(EnginePath.TestData("models", "merged-qwen3-f16.gguf")), await File.ReadAllBytesAsync(file));
        Assert.True(check.ExitCode == 0, check.StandardError);
        Assert.True(JsonDocument.Parse(check.StandardOutput.Trim().Split('\n')[^1]).RootElement.GetProperty("loads").GetBoolean());
    }

    /// <summary>What each loads for it: libtorch with its bridge, llama.cpp.</summary>
    [Theory]
    [InlineData(Engine.Trainer, "env", "(libtorch, CPU)")]
    [InlineData(Engine.Model, "version", "\"llama_cpp\"")]
    public async Task Both_bring_all_the_libraries_that_a_host_may_lack(Engine engine, string verb, string told)
    {
        var result = await host.Host.RunAsync(host.Command(engine, verb), default);

        Assert.True(result.ExitCode == 0, result.StandardError);
        Assert.Contains(told, result.StandardOutput);
    }

    private Task UploadAsync(string path, string text) => host.Host.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), path, default);
}
