using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>perplexity F TEXT</c>: how surprised the model is by a text, as llama-perplexity computes it.</summary>
internal static class PerplexityCommand
{
    private const int DefaultChunk = 512;
    private const long LargestText = 64 * 1024 * 1024;

    public static readonly VerbUsage Usage = new(
        "Perplexity of a text, over the second half of each chunk; numbers compare only between runs with the same chunk size.",
        ["F", "TEXT"],
        new VerbOption("chunk", "N", $"tokens of a chunk; default {DefaultChunk}; the text must have two chunks at least"),
        new VerbOption("chunks", "N", "only the first N chunks; default all"),
        CommonOptions.Threads);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        CommonOptions.UseThreads(arguments);
        var chunk = arguments.Integer("chunk", DefaultChunk, 8, 1 << 20);
        var most = arguments.Integer("chunks", int.MaxValue, 1, int.MaxValue);
        InputFiles.Require(arguments[1], "The text file");
        if (new FileInfo(arguments[1]).Length > LargestText)
        {
            throw EngineException.BadInput("text_too_large", $"{arguments[1]} is larger than {LargestText >> 20} MiB: take a part of it, that is enough.");
        }

        using var model = await LlamaModel.LoadAsync(arguments[0], progress: null, cancellationToken);
        var text = await File.ReadAllTextAsync(arguments[1], cancellationToken);
        var result = Perplexity.Compute(model, text, chunk, most, output, cancellationToken);
        output.Result(new { result.Perplexity, result.StandardError, result.Tokens, result.Chunks });
    }
}
