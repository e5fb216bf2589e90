using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>
/// Which ids begin, end and pad a text, whether they are added by themselves, the chat template and the normaliser flags; found in the same places and order
/// as the reference (gguf-py vocab.py SpecialVocab, 2026-10): post-processor, tokenizer_config.json, config.json.
/// </summary>
internal sealed class SpecialTokens(TokenizerFiles files, IReadOnlyList<AddedToken> added, int? vocabularySize, IReadOnlyList<string>? merges)
{
    // cls has no key in GGUF.
    private static readonly Dictionary<string, string> IdKeys = new(StringComparer.Ordinal)
    {
        ["bos"] = "bos",
        ["eos"] = "eos",
        ["eot"] = "eot",
        ["eom"] = "eom",
        ["unk"] = "unknown",
        ["sep"] = "seperator", // spelt so in the format
        ["pad"] = "padding",
        ["mask"] = "mask",
    };

    private static readonly string[] AddKinds = ["bos", "eos", "sep"];

    private readonly List<(string Kind, int Id)> _ids = [];

    public void AddTo(GgufMetadata metadata)
    {
        var template = PostProcessor.Read(files);
        FindIds(template);
        if (merges is not null)
        {
            metadata.Add("tokenizer.ggml.merges", merges);
        }

        foreach (var (kind, id) in _ids)
        {
            if (IdKeys.TryGetValue(kind, out var name))
            {
                metadata.Add($"tokenizer.ggml.{name}_token_id", (uint)id);
            }
        }

        foreach (var (kind, add) in template.Add.Where(pair => AddKinds.Contains(pair.Key)))
        {
            metadata.Add($"tokenizer.ggml.add_{kind}_token", add);
        }

        ChatTemplate.Add(metadata, files);
        Normalizers.Add(metadata, files);
    }

    private void FindIds(PostProcessor template)
    {
        if (files.Settings is { } settings)
        {
            foreach (var kind in template.Kinds)
            {
                if (settings.TryGetProperty($"add_{kind}_token", out var add) && add.ValueKind is JsonValueKind.True or JsonValueKind.False)
                {
                    template.SetDefault(kind, add.GetBoolean());
                }

                var content = template.Token(kind).Content;
                if (content is not null && added.FirstOrDefault(token => token.Content == content) is { } token)
                {
                    Set(kind, token.Id);
                }
            }
        }

        foreach (var kind in template.Kinds)
        {
            if (files.Config.Json.Root.TryGetProperty($"{kind}_token_id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var number))
            {
                Set(kind, number);
            }
        }
    }

    private void Set(string kind, int id)
    {
        if (id < 0 || id >= files.Config.VocabularySize)
        {
            // -1 is how some configs say "none"; an id that no text has would make the file unloadable.
            return;
        }

        if (!_ids.Exists(pair => pair.Kind == kind) && (vocabularySize is null || id < vocabularySize))
        {
            _ids.Add((kind, id));
        }
    }
}
