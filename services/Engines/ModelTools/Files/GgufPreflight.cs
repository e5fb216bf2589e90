using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Files;

/// <summary>
/// Looks at a GGUF file with our own reader before llama.cpp gets it: on some contradictions llama.cpp does not refuse the file but ends the process.
/// </summary>
internal static class GgufPreflight
{
    /// <summary>llama.cpp has room for no more.</summary>
    private const long MostBlocks = 512;
    private const string Tokens = "tokenizer.ggml.tokens";

    /// <exception cref="EngineException">The file cannot be a sound GGUF file (exit code 3).</exception>
    public static void Check(string path)
    {
        InputFiles.Require(path, "The model file");
        try
        {
            var file = GgufFile.Open(path);
            CheckSizes(file);
            CheckVocabulary(file);
        }
        catch (InvalidModelFileException exception)
        {
            throw EngineException.BadInput("gguf_invalid", $"{exception.Message}.", exception);
        }
    }

    private static void CheckSizes(GgufFile file)
    {
        var architecture = file.Architecture ?? throw Wrong(file, "it does not say its architecture (general.architecture)");
        var blocks = Integer(file, $"{architecture}.block_count");
        if (blocks is < 1 or > MostBlocks || blocks > file.Tensors.Count)
        {
            throw Wrong(file, $"it says {blocks} blocks, but has {file.Tensors.Count} tensors");
        }

        foreach (var size in (string[])["embedding_length", "feed_forward_length", "attention.head_count"])
        {
            if (Integer(file, $"{architecture}.{size}") is < 1)
            {
                throw Wrong(file, $"{architecture}.{size} is no positive number");
            }
        }
    }

    private static void CheckVocabulary(GgufFile file)
    {
        if (!file.Metadata.TryGetValue(Tokens, out var entry))
        {
            // A model without a vocabulary exists; llama.cpp says what it thinks of it.
            return;
        }

        var tokens = entry.AsTexts() ?? throw Wrong(file, $"{Tokens} is no list of texts");
        RequireDistinct(file, tokens);
        RequireLength<float>(file, "tokenizer.ggml.scores", tokens.Count);
        RequireLength<int>(file, "tokenizer.ggml.token_type", tokens.Count);
        if (file.Metadata.TryGetValue("tokenizer.ggml.merges", out var merges) && merges.AsTexts() is null)
        {
            throw Wrong(file, "tokenizer.ggml.merges is no list of texts");
        }

        foreach (var name in (string[])["bos", "eos", "unknown", "padding"])
        {
            var key = $"tokenizer.ggml.{name}_token_id";
            if (Integer(file, key) is { } id && (id < 0 || id >= tokens.Count) && id != uint.MaxValue)
            {
                throw Wrong(file, $"{key} is {id}, but the vocabulary has {tokens.Count} tokens");
            }
        }
    }

    /// <summary>Bytes that are no UTF-8 look alike in our reader; they are left to llama.cpp.</summary>
    private static void RequireDistinct(GgufFile file, IReadOnlyList<string> tokens)
    {
        var seen = new HashSet<string>(tokens.Count, StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            if (!seen.Add(token) && !token.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw Wrong(file, $"its vocabulary has the token '{token}' twice");
            }
        }
    }

    private static void RequireLength<T>(GgufFile file, string key, int length)
    {
        if (file.Metadata.TryGetValue(key, out var entry) && !(entry.Value is T[] values && values.Length == length))
        {
            throw Wrong(file, $"{key} is no list of {length} numbers, one for each token");
        }
    }

    private static long? Integer(GgufFile file, string key) => file.Metadata.TryGetValue(key, out var value) ? value.AsInteger() : null;

    private static InvalidModelFileException Wrong(GgufFile file, string reason) => new(file.Path, $"{reason}; the file is damaged or was converted wrongly");
}
