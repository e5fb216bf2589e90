using FineTunePipeline.Hints;

namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>
/// Chat templates by LLaMA-Factory's names: they render what LLaMA-Factory trains on (without tool definitions). The name <c>auto</c> is not here: it
/// means the model folder's own template.
/// </summary>
public static class NamedTemplates
{
    /// <summary>The model folder's own chat template.</summary>
    public const string Auto = "auto";

    private const int LongestName = 100;

    private static readonly Dictionary<string, NamedTemplate> Table = new(StringComparer.Ordinal)
    {
        ["default"] = new() { SplitsAtSpecialTokens = true },
        ["empty"] = new(),
        ["chatml"] = new() { StopWords = ["<|im_end|>", "<|im_start|>"] },
        ["qwen"] = new() { StopWords = ["<|im_end|>"] },
        ["qwen3"] = new() { StopWords = ["<|im_end|>"] },
        ["qwen3_nothink"] = new() { StopWords = ["<|im_end|>"] },
        ["llama2"] = new() { SplitsAtSpecialTokens = true },
        ["llama3"] = new() { StopWords = ["<|eot_id|>", "<|eom_id|>"], SplitsAtSpecialTokens = true },
        ["mistral"] = new() { SplitsAtSpecialTokens = true },
    };

    /// <summary>All names, <c>auto</c> first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Auto, .. Table.Keys];

    /// <summary>True for a known name and for <c>auto</c>.</summary>
    public static bool Exists(string name) => name == Auto || Table.ContainsKey(name);

    /// <summary>The error text for a name that does not exist; begins as LLaMA-Factory's does.</summary>
    public static string DescribeUnknown(string name) =>
        $"Template {name} does not exist. Did you mean {Nearest(name)}? Known templates: {string.Join(", ", Names)}.";

    /// <summary>The parsed template of a name.</summary>
    /// <exception cref="ChatTemplateException">There is no such name; the text says which one is nearest.</exception>
    public static ChatTemplate Parse(string name)
    {
        var template = Find(name) ?? throw new ChatTemplateException(DescribeUnknown(name), 0);
        using var stream = typeof(NamedTemplates).Assembly.GetManifestResourceStream(name + ".jinja")
            ?? throw new InvalidOperationException($"The resource {name}.jinja is missing in this build.");
        using var reader = new StreamReader(stream);
        var parsed = ChatTemplate.Parse(reader.ReadToEnd());
        return parsed.With(template.SplitsAtSpecialTokens, template.StopWords);
    }

    internal static NamedTemplate? Find(string name) => Table.GetValueOrDefault(name);

    /// <summary>Some name is always the nearest; of a name longer than any, its beginning is compared.</summary>
    private static string Nearest(string name) => NearestName.Find(name[..Math.Min(name.Length, LongestName)], Names, int.MaxValue)!;

    /// <summary>What LLaMA-Factory knows about a template beside its text.</summary>
    internal sealed record NamedTemplate
    {
        /// <summary>Tokens that end an answer. The first takes the place of the tokenizer's end token.</summary>
        public IReadOnlyList<string> StopWords { get; init; } = [];

        /// <inheritdoc cref="ChatTemplate.SplitsAtSpecialTokens"/>
        public bool SplitsAtSpecialTokens { get; init; }
    }
}
