using System.Text.Json;
using FineTunePipeline.ModelFormats.Gguf.Conversion;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>The tokenizer's metadata, by the kind of tokenizer that the folder has.</summary>
internal static class TokenizerMetadata
{
    private const int CodeLlamaVocabulary = 32016;
    private const int GraniteVocabulary = 49152;

    public static void Add(GgufMetadata metadata, HfModelConfig config, List<string> warnings)
    {
        using var files = new TokenizerFiles(config);
        if (config.Architecture.IsLlama && files.Settings is { } settings
            && settings.TryGetProperty("add_prefix_space", out var prefix) && prefix.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            metadata.Add("tokenizer.ggml.add_space_prefix", prefix.GetBoolean());
        }

        if (File.Exists(files.SentencePiecePath))
        {
            SentencePieceVocabulary.Add(metadata, files, warnings);
        }
        else
        {
            var model = BpeModel.Read(files);
            if (config.Architecture.IsLlama && FallbackVocabulary.Fits(files, model))
            {
                FallbackVocabulary.Add(metadata, files, model, warnings);
            }
            else
            {
                ByteLevelVocabulary.Add(metadata, files, model, warnings);
            }
        }

        if (config.Architecture.IsLlama)
        {
            AddFamilyKeys(metadata, config.VocabularySize);
        }
    }

    // Two families that the reference converter knows by their vocabulary's size.
    private static void AddFamilyKeys(GgufMetadata metadata, int vocabularySize)
    {
        if (vocabularySize == CodeLlamaVocabulary)
        {
            metadata.Add("tokenizer.ggml.prefix_token_id", 32007u);
            metadata.Add("tokenizer.ggml.suffix_token_id", 32008u);
            metadata.Add("tokenizer.ggml.middle_token_id", 32009u);
            metadata.Add("tokenizer.ggml.eot_token_id", 32010u);
        }
        else if (vocabularySize == GraniteVocabulary)
        {
            metadata.Add("tokenizer.ggml.add_bos_token", false);
        }
    }
}
