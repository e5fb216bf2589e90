using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTunePipeline.CpuTrainer.Pretraining.Bpe;

/// <summary>Writes a vocabulary in the files that Hugging Face's libraries and llama.cpp's converter read.</summary>
internal static class TokenizerFiles
{
    /// <summary>One message after the other, each closed by &lt;|end|&gt;; the same text that pre-training and fine-tuning see.</summary>
    public const string ChatTemplate =
        "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string TokenizerJson(BpeVocabulary vocabulary)
    {
        var byteLevel = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true };
        var tokenizer = new
        {
            version = "1.0",
            truncation = (object?)null,
            padding = (object?)null,
            added_tokens = SpecialTokens.All.Select((content, id) => new
            {
                id,
                content,
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = true,
            }),
            normalizer = (object?)null,
            pre_tokenizer = byteLevel,
            post_processor = (object?)null,
            decoder = byteLevel,
            model = new
            {
                type = "BPE",
                dropout = (object?)null,
                unk_token = (string?)null,
                continuing_subword_prefix = (string?)null,
                end_of_word_suffix = (string?)null,
                fuse_unk = false,
                byte_fallback = false,
                ignore_merges = false,
                vocab = vocabulary.Tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id),
                merges = vocabulary.Merges.Select(merge => new[] { merge.Left, merge.Right }),
            },
        };
        return JsonSerializer.Serialize(tokenizer, Json) + "\n";
    }

    public static string TokenizerConfig(int contextLength) => JsonSerializer.Serialize(
        new
        {
            tokenizer_class = "PreTrainedTokenizerFast",
            bos_token = SpecialTokens.All[SpecialTokens.Begin],
            eos_token = SpecialTokens.All[SpecialTokens.End],
            pad_token = SpecialTokens.All[SpecialTokens.End],
            add_bos_token = false,
            add_eos_token = false,
            clean_up_tokenization_spaces = false,
            model_max_length = contextLength,
        },
        Json) + "\n";

    public static string GenerationConfig() => JsonSerializer.Serialize(
        new { bos_token_id = SpecialTokens.Begin, eos_token_id = SpecialTokens.End, pad_token_id = SpecialTokens.End, do_sample = false },
        Json) + "\n";
}
