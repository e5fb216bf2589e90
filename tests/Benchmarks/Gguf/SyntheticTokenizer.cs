using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTunePipeline.Benchmarks.Gguf;

/// <summary>A byte-level BPE tokenizer with Qwen2's splitting rule and as many pieces and merges as Qwen2's, made of syllables.</summary>
internal static class SyntheticTokenizer
{
    public const int FirstSpecialId = 151643;
    private const string Regex = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private static readonly string[] Specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    public static void Write(string folder)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var merges = new List<string>();
        foreach (var letter in ByteLetters())
        {
            vocabulary.Add(letter.ToString(), vocabulary.Count);
        }

        foreach (var (left, right) in Merges())
        {
            if (vocabulary.Count == FirstSpecialId)
            {
                break;
            }

            if (vocabulary.TryAdd(left + right, vocabulary.Count))
            {
                merges.Add($"{left} {right}");
            }
        }

        var json = new
        {
            version = "1.0",
            added_tokens = Specials.Select((content, i) => new
            {
                id = FirstSpecialId + i,
                content,
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = true,
            }),
            normalizer = new { type = "NFC" },
            pre_tokenizer = new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Split", pattern = new { Regex }, behavior = "Isolated", invert = false },
                    new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false },
                },
            },
            post_processor = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false },
            decoder = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false },
            model = new
            {
                type = "BPE",
                dropout = (string?)null,
                unk_token = (string?)null,
                continuing_subword_prefix = "",
                end_of_word_suffix = "",
                fuse_unk = false,
                byte_fallback = false,
                vocab = vocabulary,
                merges,
            },
        };
        var options = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), JsonSerializer.Serialize(json, options));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), JsonSerializer.Serialize(new
        {
            tokenizer_class = "PreTrainedTokenizerFast",
            eos_token = "<|im_end|>",
            pad_token = "<|endoftext|>",
            model_max_length = 32768,
            chat_template = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}",
        }));
    }

    /// <summary>Syllables, words of two and three of them, and the same behind a space.</summary>
    private static IEnumerable<(string Left, string Right)> Merges()
    {
        var syllables = (from consonant in "bcdfghjklmnpqrstvwxz" from vowel in "aeiou" select $"{consonant}{vowel}").ToList();
        var pairs = (from left in syllables from right in syllables select (left, right)).ToList();
        return syllables.Select(syllable => (syllable[..1], syllable[1..]))
            .Concat(pairs)
            .Concat(pairs.Select(pair => ("Ġ", pair.left + pair.right)))
            .Concat(from syllable in syllables from pair in pairs select (pair.left + pair.right, syllable));
    }

    /// <summary>The letters that stand for the 256 bytes: printable ones for themselves, the others from U+0100 on.</summary>
    private static IEnumerable<char> ByteLetters()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            yield return value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;
        }
    }
}
