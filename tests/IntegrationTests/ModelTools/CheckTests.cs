using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Loads_a_file_and_answers_through_its_chat_template()
    {
        var run = await ModelEngine.RunAsync("check", TestModels.Gguf, "--prompt", "你好");

        Assert.Equal(0, run.ExitCode);
        Assert.True(run.Result.GetProperty("loads").GetBoolean());
        Assert.Equal("qwen3", run.Result.GetProperty("architecture").GetString());
        Assert.Equal(853_376, run.Result.GetProperty("parameters").GetInt64());
        Assert.Equal("你好", run.Result.GetProperty("prompt").GetString());
        Assert.True(run.Result.GetProperty("chat_template").GetBoolean());
        Assert.NotEmpty(run.Result.GetProperty("answer").GetString()!);
    }

    /// <summary>Debian's llama-completion 0.7.0 continues it with "." and ends: -p 'The quick cat' -n 16 --temp 0 -no-cnv.</summary>
    [Fact]
    public async Task Continues_a_plain_text_as_llama_completion_does()
    {
        var run = await ModelEngine.RunAsync("check", TestModels.Gguf, "--raw", "--prompt", "The quick cat", "--max-tokens", "16");

        Assert.Equal(".", run.Result.GetProperty("answer").GetString());
        Assert.Equal("stop", run.Result.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task An_answer_that_is_cut_says_length()
    {
        var run = await ModelEngine.RunAsync("check", TestModels.Gguf, "--max-tokens", "2");

        Assert.Equal("length", run.Result.GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(500)]
    [InlineData(60_000)]
    [InlineData(1_500_000)]
    public async Task A_truncated_file_does_not_load(int bytes)
    {
        var run = await ModelEngine.RunAsync("check", TestModels.Truncated(_folder, bytes));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("truncated.gguf", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_tensor_is_named()
    {
        var run = await ModelEngine.RunAsync("check", TestModels.Renamed(_folder, "blk.3.ffn_up.weight", "blk.3.ffn_xx.weight"));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("blk.3.ffn_up.weight", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_architecture_does_not_load()
    {
        var run = await ModelEngine.RunAsync("check", TestModels.Renamed(_folder, "qwen3", "qwenX"));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("qwenX", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_that_are_no_numbers_are_told()
    {
        var run = await ModelEngine.RunAsync("check", TestModels.WithoutNumbers(_folder));

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("model_broken", run.ErrorCode);
    }

    /// <summary>llama.cpp would end the process on it.</summary>
    [Fact]
    public async Task A_hostile_number_of_blocks_is_refused()
    {
        var run = await ModelEngine.RunAsync("check", TestModels.WithMetadata(_folder, "qwen3.block_count", 9999));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("9999 blocks", run.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>llama.cpp would end the process on it.</summary>
    [Fact]
    public async Task A_vocabulary_with_the_same_token_twice_is_refused()
    {
        const string LengthOne = "\u0001\0\0\0\0\0\0\0";

        var run = await ModelEngine.RunAsync("check", TestModels.Renamed(_folder, LengthOne + "#", LengthOne + "$"));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("the token '$' twice", run.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("check")]
    [InlineData("check", "a.gguf", "b.gguf")]
    [InlineData("check", "a.gguf", "--colour", "red")]
    [InlineData("check", "a.gguf", "--prompt")]
    [InlineData("check", "a.gguf", "--max-tokens", "many")]
    public async Task Wrong_usage_is_told_apart_from_bad_input(params string[] arguments)
    {
        var run = await ModelEngine.RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Help_of_a_verb_lists_its_options()
    {
        var run = await ModelEngine.RunAsync("check", "--help");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("--prompt", run.Diagnostics, StringComparison.Ordinal);
    }
}
