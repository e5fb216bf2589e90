using System.Globalization;
using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Running;
using LLama;
using LLama.Common;
using LLama.Exceptions;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>A GGUF file loaded by llama.cpp. The file is checked by our own reader first: llama.cpp ends the process on some damaged ones.</summary>
internal sealed class LlamaModel : IDisposable
{
    private LlamaModel(string path, LLamaWeights weights)
    {
        Path = path;
        Weights = weights;
        Tokenizer = new LlamaTokenizer(weights);
    }

    public string Path { get; }

    public LLamaWeights Weights { get; }

    /// <summary>llama.cpp's own tokenizer for this file.</summary>
    public LlamaTokenizer Tokenizer { get; }

    public string Architecture => Metadata("general.architecture") ?? "unknown";

    public ulong Parameters => Weights.ParameterCount;

    /// <summary>Tokens that the model was trained to see at once.</summary>
    public int ContextLength => Weights.ContextSize;

    /// <summary>Memory of one token's keys and values, in bytes, at 16 bits.</summary>
    public long CacheBytesPerToken
    {
        get
        {
            var handle = Weights.NativeHandle;
            var heads = Math.Max(handle.HeadCount, 1);
            return 2L * sizeof(short) * handle.LayerCount * Math.Max(handle.KVHeadCount, 1) * (handle.EmbeddingSize / heads);
        }
    }

    public string? Metadata(string key) => Weights.Metadata.GetValueOrDefault(key);

    /// <exception cref="EngineException">The file is missing, damaged or of a kind that llama.cpp does not know (exit code 3).</exception>
    public static async Task<LlamaModel> LoadAsync(string path, EngineOutput? progress, CancellationToken cancellationToken)
    {
        GgufPreflight.Check(path);
        var log = LlamaRuntime.Log;
        log.Forget();
        try
        {
            var weights = await LLamaWeights.LoadFromFileAsync(
                new ModelParams(path) { GpuLayerCount = 0 }, cancellationToken, progress is null ? null : new LoadProgress(progress));
            return new LlamaModel(path, weights);
        }
        catch (LoadWeightsFailedException exception)
        {
            throw EngineException.BadInput("model_unloadable", $"llama.cpp cannot load {path}: {log.Reason() ?? "it gave no reason"}.", exception);
        }
    }

    /// <summary>A context of <paramref name="sequences"/> texts at once, each of up to <paramref name="tokensEach"/> tokens.</summary>
    public LLamaContext CreateContext(int sequences, int tokensEach, int batchTokens)
    {
        var log = LlamaRuntime.Log;
        log.Forget();
        var threads = LlamaRuntime.ThreadsFor(Parameters);
        var size = new ModelParams(Path)
        {
            ContextSize = checked((uint)(sequences * (long)tokensEach)),
            SeqMax = (uint)sequences,

            // Each sequence has its own part of the memory: none can starve or spoil another.
            KVUnified = false,
            BatchSize = (uint)batchTokens,
            UBatchSize = (uint)Math.Min(batchTokens, 512),
            Threads = threads,
            BatchThreads = threads,
            GpuLayerCount = 0,
        };
        try
        {
            return Weights.CreateContext(size);
        }
        catch (RuntimeError exception)
        {
            var mebibytes = (CacheBytesPerToken * sequences * tokensEach / (1024.0 * 1024)).ToString("F0", CultureInfo.InvariantCulture);
            throw EngineException.BadInput(
                "context_failed",
                $"llama.cpp cannot make room for {sequences} x {tokensEach} tokens (about {mebibytes} MiB): {log.Reason() ?? "it gave no reason"}. "
                + "Ask for a smaller context.",
                exception);
        }
    }

    public void Dispose() => Weights.Dispose();

    private sealed class LoadProgress(EngineOutput output) : IProgress<float>
    {
        public void Report(float value) => output.Progress(value);
    }
}
