using System.Security.Cryptography;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed class QuantizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Recorded from Debian's llama-quantize 0.7.0 (build 11669) on the same file: llama-quantize merged-qwen3-f16.gguf OUT TYPE.
    [Theory]
    [InlineData("f16", "4ec8b2180323961a4c3b4b95185427783c0ca5a0224497691e10e97f69e355bc")]
    [InlineData("bf16", "9e727dad36046bb276b464209c5afd545cd2a6216375031b7a0cf7882398fbd2")]
    [InlineData("q8_0", "ef0d64a828665cab627ff4c83d451acb4e38d2e4394b6834603c36adc8f62bec")]
    [InlineData("q6_k", "7ba2ae61efa9a4dbd11885cab91e6528de7bf45006b268852b236af0ba32e17c")]
    [InlineData("q5_k_m", "1601a0f9b26474ec1a9557b8b454c1dbd957c69f57061000e51447c3d6dfc1d4")]
    [InlineData("q5_0", "bdccb69590a251a29225aab0bebfdb0221195c078caee376ef1ed6ad9e433f00")]
    [InlineData("Q4_K_M", "1d04de6d73807ae1ac8300bebfd42f69ef902efc5ef2f55fd9f103d716269397")]
    [InlineData("q4_0", "abbf5adc89bff2533cff326ccf73a4225e7c5409c0a1dfe6fff203b1be470335")]
    public async Task Writes_the_same_bytes_as_llama_quantize(string type, string sha256)
    {
        var target = _folder.File("out.gguf");

        var run = await ModelEngine.RunAsync("quantize", TestModels.Gguf, target, type);

        Assert.Equal(0, run.ExitCode);
        var bytes = await File.ReadAllBytesAsync(target, TestContext.Current.CancellationToken);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal(sha256, run.Result.GetProperty("sha256").GetString());
        Assert.Equal(bytes.Length, run.Result.GetProperty("bytes").GetInt64());
        Assert.Equal(type.ToLowerInvariant(), run.Result.GetProperty("type").GetString());
        Assert.Contains("{\"progress\":1}", run.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_the_tensors_whose_rows_do_not_fit_the_type()
    {
        var run = await ModelEngine.RunAsync("quantize", TestModels.Gguf, _folder.File("out.gguf"), "q4_k_m");

        var fallbacks = run.Result.GetProperty("fallbacks").EnumerateArray().Select(fallback => fallback.GetString()!).ToList();
        Assert.Equal(24, fallbacks.Count);
        Assert.Contains("blk.0.attn_k.weight: rows of 128 values are not divisible by 256, as q4_K needs; became q5_0", fallbacks);
    }

    [Fact]
    public async Task Refuses_an_unknown_type_and_lists_the_known_ones()
    {
        var run = await ModelEngine.RunAsync("quantize", TestModels.Gguf, _folder.File("out.gguf"), "q9_x");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("q4_k_m", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_to_write_over_its_input()
    {
        var run = await ModelEngine.RunAsync("quantize", TestModels.Gguf, TestModels.Gguf, "q8_0");

        Assert.Equal(2, run.ExitCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    [InlineData(1_840_255)]
    public async Task A_truncated_file_is_bad_input_and_leaves_nothing(int bytes)
    {
        var run = await ModelEngine.RunAsync("quantize", TestModels.Truncated(_folder, bytes), _folder.File("out.gguf"), "q8_0");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("truncated.gguf", run.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(["truncated.gguf"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_bad_input()
    {
        var run = await ModelEngine.RunAsync("quantize", TestModels.Text, _folder.File("out.gguf"), "q8_0");

        Assert.Equal(3, run.ExitCode);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_missing_file_is_bad_input()
    {
        var run = await ModelEngine.RunAsync("quantize", _folder.File("none.gguf"), _folder.File("out.gguf"), "q8_0");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("input_missing", run.ErrorCode);
    }

    /// <summary>llama.cpp quantises it and says that all went well.</summary>
    [Fact]
    public async Task A_model_that_cannot_be_loaded_afterwards_is_refused()
    {
        var damaged = TestModels.Renamed(_folder, "blk.3.ffn_up.weight", "blk.3.ffn_xx.weight");

        var run = await ModelEngine.RunAsync("quantize", damaged, _folder.File("out.gguf"), "q8_0");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(["renamed.gguf"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Weights_that_are_no_numbers_are_refused()
    {
        var run = await ModelEngine.RunAsync("quantize", TestModels.WithoutNumbers(_folder), _folder.File("out.gguf"), "q8_0");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(["nan.gguf"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_missing_output_folder_is_made()
    {
        var run = await ModelEngine.RunAsync("quantize", TestModels.Gguf, _folder.File("none/out.gguf"), "q8_0");

        Assert.Equal(0, run.ExitCode);
        Assert.True(File.Exists(_folder.File("none/out.gguf")));
    }

    [Fact]
    public async Task An_output_below_a_file_cannot_be_written()
    {
        var file = _folder.Write("file", "no folder");

        var run = await ModelEngine.RunAsync("quantize", TestModels.Gguf, Path.Combine(file, "out.gguf"), "q8_0");

        Assert.Equal(4, run.ExitCode);
    }

    [Fact]
    public async Task A_full_disk_is_said_as_such_and_leaves_nothing()
    {
        var disk = Directory.CreateDirectory(_folder.File("disk")).FullName;
        var script = $"mount -t tmpfs -o size=2m none '{disk}' && dd if=/dev/zero of='{disk}/filler' bs=1k count=1400 2>/dev/null "
            + $"&& '{TestKit.EnginePath.Of("finetune-model")}' quantize '{TestModels.Gguf}' '{disk}/out.gguf' q8_0; code=$?; ls -A '{disk}'; exit $code";
        var probe = await ModelEngine.RunAsync("unshare", ["-m", "sh", "-c", $"mount -t tmpfs none '{disk}'"]);
        Assert.SkipWhen(probe.ExitCode != 0, "Making a small disk needs the right to mount.");

        var run = await ModelEngine.RunAsync("unshare", ["-m", "sh", "-c", script]);

        Assert.Equal(4, run.ExitCode);
        Assert.Equal("disk_full", run.ErrorCode);
        Assert.Equal("filler\n", run.Output);
    }

    [Fact]
    public async Task A_quantised_input_needs_consent()
    {
        var first = _folder.File("first.gguf");
        await ModelEngine.RunAsync("quantize", TestModels.Gguf, first, "q8_0");

        var refused = await ModelEngine.RunAsync("quantize", first, _folder.File("second.gguf"), "q4_0");
        var allowed = await ModelEngine.RunAsync("quantize", first, _folder.File("second.gguf"), "q4_0", "--allow-requantize");

        Assert.Equal(3, refused.ExitCode);
        Assert.Equal(0, allowed.ExitCode);
    }
}
