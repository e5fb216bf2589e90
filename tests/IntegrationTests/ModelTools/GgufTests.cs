using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed class GgufTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The file beside the test models was written by llama.cpp's convert_hf_to_gguf.py.</summary>
    [Fact]
    public async Task Writes_the_bytes_of_llama_cpps_own_converter()
    {
        var target = _folder.File("model.gguf");

        var run = await ModelEngine.RunAsync("gguf", TestModels.Folder("merged-qwen3"), target, "f16", "--name", "Qwen3");

        Assert.Equal(0, run.ExitCode);
        var cancellationToken = TestContext.Current.CancellationToken;
        Assert.Equal(await File.ReadAllBytesAsync(TestModels.Gguf, cancellationToken), await File.ReadAllBytesAsync(target, cancellationToken));
        Assert.Equal(46, run.Result.GetProperty("tensors").GetInt32());
    }

    /// <summary>llama-simple 0.7.0: -m tiny-qwen3-bf16.gguf -n 16 'The quick cat'.</summary>
    [Fact]
    public async Task The_model_goes_on_as_llama_simple_recorded_it()
    {
        var target = _folder.File("model.gguf");
        await ModelEngine.RunAsync("gguf", TestModels.Folder("tiny-qwen3"), target, "bf16");

        var run = await ModelEngine.RunAsync("check", target, "--raw", "--prompt", "The quick cat", "--max-tokens", "16");

        Assert.Equal(string.Concat(Enumerable.Repeat("老师找到猫", 16)), run.Result.GetProperty("answer").GetString());
        Assert.Equal("length", run.Result.GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("tiny-llama2", "f32")]
    [InlineData("tiny-llama2", "q8_0")]
    [InlineData("tiny-qwen3", "q8_0")]
    public async Task Each_type_of_file_loads(string model, string type)
    {
        var target = _folder.File("model.gguf");

        var run = await ModelEngine.RunAsync("gguf", TestModels.Folder(model), target, type);
        var check = await ModelEngine.RunAsync("check", target);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, check.ExitCode);
    }

    [Fact]
    public async Task A_type_that_needs_llama_cpp_is_refused_with_the_way()
    {
        var run = await ModelEngine.RunAsync("gguf", TestModels.Folder("tiny-qwen3"), _folder.File("model.gguf"), "q4_k_m");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("finetune-model quantize", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_no_model_is_bad_input()
    {
        var run = await ModelEngine.RunAsync("gguf", _folder.Path, _folder.File("model.gguf"), "f16");

        Assert.Equal(3, run.ExitCode);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_missing_output_folder_is_made()
    {
        var run = await ModelEngine.RunAsync("gguf", TestModels.Folder("tiny-qwen3"), _folder.File("none/model.gguf"), "f16");

        Assert.Equal(0, run.ExitCode);
        Assert.True(File.Exists(_folder.File("none/model.gguf")));
    }
}
