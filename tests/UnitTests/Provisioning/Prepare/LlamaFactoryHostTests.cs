using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers;
using FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

public sealed class LlamaFactoryHostTests : IDisposable
{
    private const string Tool = "/root/miniconda3/bin/llamafactory-cli";
    private const string Python = "/root/miniconda3/bin/python3.12";

    private const string Version = """
        ----------------------------------------------------------
        | Welcome to LLaMA Factory, version 0.9.6.dev0           |
        |                                                        |
        | Project page: https://github.com/hiyouga/LLaMA-Factory |
        ----------------------------------------------------------
        """;

    private const string OnProcessor = """

        - `llamafactory` version: 0.9.6.dev0
        - Platform: Linux-6.18.44
        - PyTorch version: 2.14.1+debian
        - Transformers version: 5.12.1
        - PEFT version: 0.20.0
        - Default data directory: detected
        """;

    private const string OnCard = """{"torch": "2.10.0", "device": "cuda:0", "device_name": "NVIDIA GeForce RTX 4090", "cards": 2, "cuda": true, "bf16": true, "matmul_size": 512, "matmul_milliseconds": 0.02, "matmul_correct": true}""";

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedHost _host = new();
    private readonly LlamaFactoryOptions _options = new();
    private string _found = $"/usr/local/bin:/usr/bin\n/usr/local/cuda/lib64\n{Tool}\n{Python}\n";
    private string _torch = HealthyHost.Torch;
    private string _others = "";

    public LlamaFactoryHostTests() => _host
        .On("-c", call => ScriptedRun.Done(call.Command.FileName != "sh" ? _torch : call.Argument(1) == "llamafactory_others" ? _others : _found))
        .On("version", _ => ScriptedRun.Done(Version))
        .On("env", _ => ScriptedRun.Done(OnProcessor));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_found_with_what_it_needs_to_start_its_own_launcher()
    {
        var test = Test();

        var finding = await Trainer.FindAsync(test, default);

        Assert.True(finding.Passed);
        Assert.Equal("Welcome to LLaMA Factory, version 0.9.6.dev0 Project page: https://github.com/hiyouga/LLaMA-Factory", test.TrainerVersion);
        Assert.EndsWith($"({Tool})", finding.Found);
        Assert.Equal(Tool, test.Program!.FileName);
        Assert.Equal("/root/miniconda3/bin:/usr/local/bin:/usr/bin", test.Program.Environment["PATH"]);
        Assert.Equal("/usr/local/cuda/lib64", test.Program.Environment["LD_LIBRARY_PATH"]);
        Assert.Equal("1", test.Program.Environment["HF_HUB_OFFLINE"]);
    }

    [Fact]
    public async Task Its_settings_hold()
    {
        _options.Command = Tool;
        _options.Environment = new Dictionary<string, string> { ["DISABLE_VERSION_CHECK"] = "1", ["HF_HUB_OFFLINE"] = "0" };
        var test = Test();

        await Trainer.FindAsync(test, default);

        Assert.Equal(Tool, _host.Calls[0].Argument(3));
        Assert.Equal(("1", "0"), (test.Program!.Environment["DISABLE_VERSION_CHECK"], test.Program.Environment["HF_HUB_OFFLINE"]));
        Assert.Equal("1", _host.Calls.Last(call => call.Verb == "version").Command.Environment["DISABLE_VERSION_CHECK"]);
    }

    [Theory]
    [InlineData("", "on the PATH of a login shell")]
    [InlineData("/opt/lf/llamafactory-cli", "at /opt/lf/llamafactory-cli (LlamaFactory:Command)")]
    public async Task A_host_without_it_is_told_how_to_get_it(string said, string where)
    {
        _options.Command = said;
        _found = "/usr/bin\n\n";

        var finding = await Trainer.FindAsync(Test(), default);

        Assert.False(finding.Passed);
        Assert.Contains(where, finding.Found);
        Assert.Contains("pip install llamafactory", finding.Found);
    }

    [Fact]
    public async Task One_that_does_not_start_says_why()
    {
        _host.On("version", _ => new ScriptedRun(RunState.Exited, 1, "", "Traceback\nImportError: transformers>=4.55.0,<=5.8.0 is required\n"));

        var finding = await Trainer.FindAsync(Test(), default);

        Assert.False(finding.Passed);
        Assert.Contains("ImportError: transformers>=4.55.0", finding.Found);
        Assert.Contains("Traceback", finding.Log);
    }

    [Fact]
    public async Task Cards_that_its_PyTorch_uses_are_counted()
    {
        _torch = OnCard;
        var test = await FoundAsync(cards: "NVIDIA GeForce RTX 4090");

        var finding = await Trainer.ComputeAsync(test, default);

        Assert.True(finding.Passed);
        Assert.EndsWith("transformers 5.12.1, peft 0.20.0", finding.Found);
        Assert.Equal((2, "bfloat16"), (test.Program!.Cards, test.Program.Precision));
        Assert.Equal(Python, _host.Calls[^1].Command.FileName);
    }

    [Theory]
    [InlineData("CUDA_VISIBLE_DEVICES", "0,1,2", "3 cards are asked for (LlamaFactory:Environment:CUDA_VISIBLE_DEVICES), and PyTorch has 2 on this host")]
    [InlineData("NPROC_PER_NODE", "4", "4 cards are asked for (LlamaFactory:Environment:NPROC_PER_NODE), and PyTorch has 2 on this host")]
    [InlineData("CUDA_VISIBLE_DEVICES", "0,1", null)]
    [InlineData("NPROC_PER_NODE", "x", null)]
    public async Task More_cards_than_there_are_are_told(string name, string value, string? words)
    {
        _options.Environment = new Dictionary<string, string> { [name] = value };
        _torch = OnCard;
        var test = await FoundAsync(cards: "NVIDIA GeForce RTX 4090");

        var finding = await Trainer.ComputeAsync(test, default);

        Assert.Equal(words is null, finding.Passed);
        Assert.Contains(words ?? "on cuda:0", finding.Found);
    }

    [Theory]
    [InlineData("NVIDIA GeForce RTX 4090", false)]
    [InlineData(null, null)]
    public async Task Another_one_that_is_at_work_there_would_share_the_card(string? cards, bool? passed)
    {
        _others = "4711 /root/miniconda3/bin/python llamafactory-cli train mine.yaml \n";
        var test = await FoundAsync(cards);

        var finding = await Trainer.ComputeAsync(test, default);

        Assert.Equal(passed, finding.Passed);
        Assert.Equal(cards is not null, finding.Found.Contains("another LLaMA-Factory is at work on this host, and would share the card: end it (4711 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_old_card_computes_in_half_precision()
    {
        _torch = OnCard.Replace("\"bf16\": true", "\"bf16\": false", StringComparison.Ordinal);
        var test = await FoundAsync(cards: "Tesla V100");

        await Trainer.ComputeAsync(test, default);

        Assert.Equal("float16", test.Program!.Precision);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("NVIDIA H200", false)]
    public async Task A_card_that_its_PyTorch_cannot_use_makes_the_host_unfit(string? cards, bool? passed)
    {
        var test = await FoundAsync(cards);

        var finding = await Trainer.ComputeAsync(test, default);

        Assert.Equal(passed, finding.Passed);
        Assert.Equal((0, "float32"), (test.Program!.Cards, test.Program.Precision));
    }

    [Fact]
    public async Task Without_a_Python_of_its_own_its_words_are_taken()
    {
        _found = $"/usr/bin\n\n{Tool}\n";
        _host.On("env", _ => ScriptedRun.Done(OnProcessor + "\n- GPU type: NVIDIA H200\n- GPU number: 4\n"));
        var test = await FoundAsync(cards: "NVIDIA H200");

        var finding = await Trainer.ComputeAsync(test, default);

        Assert.True(finding.Passed);
        Assert.Equal("PyTorch 2.14.1+debian on 4 x NVIDIA H200; transformers 5.12.1, peft 0.20.0", finding.Found);
        Assert.Equal(4, test.Program!.Cards);
    }

    [Fact]
    public async Task A_PyTorch_that_cannot_compute_is_told()
    {
        _host.On("-c", call => call.Command.FileName == "sh" ? ScriptedRun.Done(call.Argument(1) == "llamafactory" ? _found : "") : new ScriptedRun(RunState.Exited, 1, "", "RuntimeError: CUDA error: no kernel image is available\n"));

        var finding = await Trainer.ComputeAsync(await FoundAsync(cards: "NVIDIA GeForce RTX 5090"), default);

        Assert.False(finding.Passed);
        Assert.Contains("no kernel image", finding.Found);
    }

    [Fact]
    public async Task A_host_without_a_card_is_unfit_for_weights_in_few_bits()
    {
        var finding = await Trainer.ComputeAsync(await FoundAsync(cards: null, """{"quantization_bit": 4}"""), default);

        Assert.False(finding.Passed);
        Assert.Contains("quantization_bit needs a graphics card, and this host has none that PyTorch can use", finding.Found);
    }

    [Theory]
    [InlineData(0, "0.49.0", "", true, "; bitsandbytes 0.49.0 with 8 bits")]
    [InlineData(1, "", "ModuleNotFoundError: No module named 'bitsandbytes'", false, "quantization_bit 8 cannot be used here (ModuleNotFoundError: No module named 'bitsandbytes'): install bitsandbytes there")]
    [InlineData(1, "", "RuntimeError: CUDA error: no kernel image is available", false, "no kernel image is available): install bitsandbytes there, take a newer card, or take quantization_bit out")]
    public async Task A_card_that_its_library_does_not_know_is_unfit_for_weights_in_few_bits(int exitCode, string said, string error, bool passed, string part)
    {
        _torch = OnCard;
        var test = await FoundAsync(cards: "NVIDIA GeForce RTX 4090", """{"quantization_bit": 8}""");
        _host.On("-c", call => call.Command.FileName == "sh" ? ScriptedRun.Done("")
            : call.Argument(0).Contains("bitsandbytes", StringComparison.Ordinal) ? new ScriptedRun(RunState.Exited, exitCode, said + "\n", error + "\n")
            : ScriptedRun.Done(_torch));

        var finding = await Trainer.ComputeAsync(test, default);

        Assert.Equal(passed, finding.Passed);
        Assert.Contains(part, finding.Found);
        Assert.Equal("8", _host.Calls[^1].Argument(1));
    }

    private IHostTrainer Trainer => HostTrainers.All(FakeEngines.In(_folder), new PrepareOptions(), _options)[1];

    private async Task<HostUnderTest> FoundAsync(string? cards, string? keys = null)
    {
        var test = Test() with { Job = keys is null ? null : Job(keys) };
        test.Cards = cards;
        Assert.True((await Trainer.FindAsync(test, default)).Passed);
        return test;
    }

    private static JobUnderTest Job(string keys) => new()
    {
        Spec = new JobSpec { Model = "m", Dataset = "d", Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(keys)! },
        RunsFolder = "/work/runs",
    };

    private HostUnderTest Test() => new(_host, "/work", "/work", 1, null, Trainer);
}
