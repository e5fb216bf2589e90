using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed class PerplexityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Recorded from Debian's llama-perplexity 0.7.0: -m merged-qwen3-f16.gguf -f text.txt -c CHUNK.
    // A build for another processor differs in the fifth digit.
    [Theory]
    [InlineData(128, 23, 2068.1401, 15.01377)]
    [InlineData(256, 11, 2053.7494, 15.39957)]
    public async Task Gives_the_number_of_llama_perplexity(int chunk, int chunks, double perplexity, double error)
    {
        var run = await ModelEngine.RunAsync("perplexity", TestModels.Gguf, TestModels.Text, "--chunk", $"{chunk}");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(perplexity, run.Result.GetProperty("perplexity").GetDouble(), perplexity * 1e-4);
        Assert.Equal(error, run.Result.GetProperty("standard_error").GetDouble(), error * 1e-3);
        Assert.Equal(chunks, run.Result.GetProperty("chunks").GetInt32());
        Assert.Equal(chunks * (chunk / 2 - 1), run.Result.GetProperty("tokens").GetInt32());
    }

    [Fact]
    public async Task A_text_of_less_than_two_chunks_is_refused()
    {
        var run = await ModelEngine.RunAsync("perplexity", TestModels.Gguf, _folder.Write("short.txt", "A short text."));

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("text_too_short", run.ErrorCode);
    }
}
