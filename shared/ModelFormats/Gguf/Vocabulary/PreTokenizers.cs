using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>
/// Finds llama.cpp's name for the way a byte-level tokenizer splits text before merging. The reference converter recognises tokenizers by a hash of token
/// ids, and so refuses each retrained or extended vocabulary; the splitting rule itself stands in tokenizer.json and is what llama.cpp's name selects, so we
/// look that up. Source of the rules: llama.cpp src/llama-vocab.cpp, 2026-10.
/// </summary>
internal static class PreTokenizers
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string LongContractions = @"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private const string WordTail = @" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Gpt2Regex = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string CaseTail = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // Steps joined by a line break; sizes are those of the published vocabularies that use the name.
    private static readonly (string Steps, string Name, int[] KnownSizes)[] Known =
    [
        ("gpt2", "gpt-2", [50257]),
        (Split(Gpt2Regex), "gpt-2", [50257]),
        (Split(Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + WordTail), "llama-bpe", [128000, 128256]),
        (Split(LongContractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + WordTail), "llama-bpe", [128000, 128256]),
        (Split(Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|" + WordTail), "qwen2", [151643]),
        (Split(LongContractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|" + WordTail), "qwen2", [151643]),
        (Split(Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), "qwen35", [248044]),
        ("digits\ngpt2", "smollm", [49152, 49149]),
        (Split($@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*|\p{{N}}{CaseTail}"), "tekken", [131072, 130072]),
        (Split($@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+{Contractions}?|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*{Contractions}?|\p{{N}}{{1,3}}{CaseTail}"),
            "gpt-4o", [199998, 200000]),
    ];

    public static string NameFor(TokenizerFiles files, BpeModel model, List<string> warnings)
    {
        var steps = files.Tokenizer!.Value.TryGetProperty("pre_tokenizer", out var preTokenizer)
            ? Flatten(preTokenizer).Select(Describe).OfType<string>().ToList()
            : [];
        var joined = string.Join('\n', steps);
        foreach (var (known, name, sizes) in Known)
        {
            if (known != joined)
            {
                continue;
            }

            if (!sizes.Contains(model.Vocabulary.Count))
            {
                warnings.Add($"the tokenizer splits text as '{name}' does, but its vocabulary of {model.Vocabulary.Count} is not one of the published ones "
                    + $"({string.Join(", ", sizes)}); '{name}' is written, compare the token ids of a few texts if you did not train this tokenizer yourself");
            }

            return name;
        }

        throw files.Wrong($"its pre_tokenizer is not known: {(joined.Length == 0 ? "none" : joined.Replace("\n", " then ", StringComparison.Ordinal))}. "
            + $"llama.cpp must split text as in training; known are {string.Join(", ", Known.Select(entry => entry.Name).Distinct())}");
    }

    private static string Split(string regex) => "split " + regex;

    private static IEnumerable<JsonElement> Flatten(JsonElement preTokenizer)
    {
        if (preTokenizer.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        return ModelJson.Text(preTokenizer, "type") == "Sequence" && preTokenizer.TryGetProperty("pretokenizers", out var list)
            && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().SelectMany(Flatten)
            : [preTokenizer];
    }

    /// <summary>Null for a step that does not split.</summary>
    private static string? Describe(JsonElement step) => ModelJson.Text(step, "type") switch
    {
        "ByteLevel" => Flag(step, "add_prefix_space") ? "a space before each text"
            : !step.TryGetProperty("use_regex", out var useRegex) || useRegex.ValueKind == JsonValueKind.True ? "gpt2" : null,
        "Digits" when Flag(step, "individual_digits") => "digits",
        "Split" => DescribeSplit(step),
        var other => other ?? "unnamed",
    };

    private static string DescribeSplit(JsonElement step)
    {
        var regex = step.TryGetProperty("pattern", out var pattern) ? ModelJson.Text(pattern, "Regex") : null;
        var whole = (ModelJson.Text(step, "behavior"), Flag(step, "invert")) is ("Isolated", false) or ("Removed", true);
        return regex is not null && whole ? Split(regex) : "a Split that is not by isolated regular expression";
    }

    private static bool Flag(JsonElement step, string name) => step.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
