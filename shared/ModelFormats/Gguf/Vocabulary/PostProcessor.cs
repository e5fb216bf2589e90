using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>What tokenizer.json's post-processor says about tokens at the start, the end and between two texts.</summary>
internal sealed class PostProcessor
{
    private readonly JsonElement? _settings;
    private readonly Dictionary<string, NamedToken> _tokens = new(StringComparer.Ordinal);
    private readonly List<string> _kinds = [.. SpecialNames.Kinds];
    private readonly List<KeyValuePair<string, bool>> _add = [];

    private PostProcessor(JsonElement? settings)
    {
        _settings = settings;
        foreach (var kind in _kinds)
        {
            _tokens[kind] = NamedToken.From(settings, kind);
        }
    }

    /// <summary>bos, eos, … and eot or eom when the post-processor ends texts with another token than tokenizer_config.json.</summary>
    public IReadOnlyList<string> Kinds => _kinds;

    /// <summary>Whether tokens are added to each text by themselves, in the order in which it was found out.</summary>
    public IReadOnlyList<KeyValuePair<string, bool>> Add => _add;

    public NamedToken Token(string kind) => _tokens.GetValueOrDefault(kind);

    public static PostProcessor Read(TokenizerFiles files)
    {
        var result = new PostProcessor(files.Settings);
        if (files.Tokenizer is not { } tokenizer)
        {
            return result;
        }

        result.ReplaceMissing("bos", "cls");
        result.ReplaceMissing("eos", "sep");
        if (tokenizer.TryGetProperty("post_processor", out var processor) && processor.ValueKind == JsonValueKind.Object)
        {
            var list = processor.TryGetProperty("processors", out var processors) && processors.ValueKind == JsonValueKind.Array
                ? processors.EnumerateArray().Where(element => element.ValueKind == JsonValueKind.Object)
                : [processor];
            foreach (var element in list)
            {
                result.Read(element);
            }
        }

        return result;
    }

    public void SetDefault(string kind, bool value)
    {
        if (!_add.Exists(pair => pair.Key == kind))
        {
            _add.Add(new(kind, value));
        }
    }

    private void Read(JsonElement processor)
    {
        switch (ModelJson.Text(processor, "type"))
        {
            case "ByteLevel":
                SetDefault("bos", false);
                SetDefault("eos", false);
                break;
            case "RobertaProcessing":
                Set("bos", true);
                Set("eos", true);
                Set("sep", true);
                break;
            case "TemplateProcessing":
                ReadTemplate(Items(processor, "single"), Items(processor, "pair"));
                break;
        }
    }

    private void ReadTemplate(List<JsonElement> single, List<JsonElement> pair)
    {
        string? first = null;
        string? last = null;
        if (single.Count > 1)
        {
            first = Id(single[0], "SpecialToken");
            if (first is not null)
            {
                ReadFirst(first);
            }

            last = Id(single[^1], "SpecialToken");
            if (last is not null)
            {
                ReadLast(last);
            }
        }

        var start = first is not null && pair.Count > 0 && Id(pair[0], "SpecialToken") == first ? 1 : 0;
        var end = last is not null && pair.Count > start && Id(pair[^1], "SpecialToken") == last ? pair.Count - 1 : pair.Count;
        if (end - start > 2 && Id(pair[start], "Sequence") == "A" && Id(pair[end - 1], "Sequence") == "B")
        {
            ReadBetween(pair.GetRange(start + 1, end - start - 2), last is not null);
        }
    }

    private void ReadFirst(string first)
    {
        if (_settings is null)
        {
            _tokens["bos"] = first;
        }
        else if (!Token("bos").Is(first) && !Token("cls").Is(first))
        {
            if (!Token("bos").IsGiven)
            {
                _tokens["bos"] = first;
            }

            if (!Token("cls").IsGiven)
            {
                _tokens["cls"] = first;
            }
        }

        Set("bos", Token("bos").Is(first) || Token("cls").Is(first));
    }

    private void ReadLast(string last)
    {
        if (_settings is not null && !Token("eos").Is(last))
        {
            var spare = !_kinds.Contains("eot") ? "eot" : !_kinds.Contains("eom") ? "eom" : null;
            if (spare is not null)
            {
                _kinds.Add(spare);
                _tokens[spare] = Token("eos");
            }
        }

        _tokens["eos"] = last;
        Set("eos", true);
    }

    // Between two texts: [sep] [eos].
    private void ReadBetween(List<JsonElement> between, bool endsWithSpecial)
    {
        var first = Id(between[0], "SpecialToken");
        var second = between.Count == 2 ? Id(between[1], "SpecialToken") : null;
        var adds = (first is not null && IsSeparator(first) && !endsWithSpecial) || (second is not null && IsSeparator(second));
        Set("sep", adds);
        if (adds && !Token("sep").IsGiven && _settings is not null)
        {
            _tokens["sep"] = Token("eos");
        }
    }

    private bool IsSeparator(string token) => Token("sep").Is(token) || Token("eos").Is(token);

    private void ReplaceMissing(string kind, string other)
    {
        if (!Token(kind).IsGiven && Token(other).IsGiven)
        {
            _tokens[kind] = Token(other);
        }
    }

    private void Set(string kind, bool value)
    {
        var index = _add.FindIndex(pair => pair.Key == kind);
        if (index >= 0)
        {
            _add[index] = new(kind, value);
        }
        else
        {
            _add.Add(new(kind, value));
        }
    }

    private static List<JsonElement> Items(JsonElement processor, string name) =>
        processor.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static string? Id(JsonElement item, string kind) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(kind, out var value) && ModelJson.Text(value, "id") is { Length: > 0 } id ? id : null;
}
