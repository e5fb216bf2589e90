using System.Text.RegularExpressions;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>
/// The front matter of a model's README.md: licence, languages, tags, base models, data sets. Of YAML only what model cards use for these is read (texts and
/// lists of texts); anything else in it is passed over, because a card is a note and no reason to refuse a model.
/// </summary>
internal sealed partial class ModelCard
{
    private const long MaxBytes = 4 << 20;
    private const string Fence = "---";

    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    public static ModelCard Load(string folder)
    {
        var card = new ModelCard();
        var path = Path.Combine(folder, "README.md");
        if (File.Exists(path) && new FileInfo(path).Length <= MaxBytes)
        {
            var lines = File.ReadAllLines(path);
            if (lines.Length > 0 && lines[0] == Fence)
            {
                card.Read(lines.Skip(1).TakeWhile(line => line != Fence).Select(line => line.Replace("\t", "  ", StringComparison.Ordinal)));
            }
        }

        return card;
    }

    /// <summary>The text under the first of these keys that the card has.</summary>
    public string? Text(params string[] keys) =>
        keys.Select(key => _values.GetValueOrDefault(key)).FirstOrDefault(value => value is not null) is { Count: > 0 } found ? found[0] : null;

    /// <summary>Everything that is only in the card, in the reference converter's order.</summary>
    public void AddTo(GgufMetadata metadata, long parameters)
    {
        Add(metadata, "general.license", _values.TryGetValue("license", out var licenses) ? string.Join(',', licenses) : null);
        Add(metadata, "general.license.name", Text("license_name"));
        Add(metadata, "general.license.link", Text("license_link"));
        Add(metadata, "general.source.url", Text("url", "model_url"));
        Add(metadata, "general.source.doi", Text("doi", "model_doi"));
        Add(metadata, "general.source.uuid", Text("uuid", "model_uuid"));
        Add(metadata, "general.source.repo_url", Text("repo_url", "model_repo_url"));
        AddReferences(metadata, "base_model", List("base_model", "base_models", "base_model_sources"), parameters);
        AddReferences(metadata, "dataset", List("datasets", "dataset", "dataset_sources"), parameters);
        metadata.Add("general.tags", [.. All("tags"), .. All("pipeline_tag")]);
        metadata.Add("general.languages", [.. All("languages"), .. All("language")]);
    }

    private static void AddReferences(GgufMetadata metadata, string kind, List<string>? ids, long parameters)
    {
        if (ids is null)
        {
            return;
        }

        metadata.Add($"general.{kind}.count", (uint)ids.Count);
        for (var i = 0; i < ids.Count; i++)
        {
            var key = $"general.{kind}.{i}";
            var isUrl = ids[i].StartsWith("http://", StringComparison.Ordinal) || ids[i].StartsWith("https://", StringComparison.Ordinal)
                || ids[i].StartsWith("ssh://", StringComparison.Ordinal);
            var hub = HubAddress().Match(ids[i]);
            var name = !isUrl ? ModelName.Parse(ids[i], parameters) : hub.Success ? ModelName.Parse(hub.Groups[1].Value, parameters) : null;
            Add(metadata, $"{key}.name", name is null ? null : ModelName.Title(name.FullName));
            Add(metadata, $"{key}.version", name?.Version);
            Add(metadata, $"{key}.organization", name?.Organization is null ? null : ModelName.Title(name.Organization));
            Add(metadata, $"{key}.repo_url", isUrl ? ids[i]
                : name?.Organization is null ? null
                : $"https://huggingface.co/{name.Organization}/{name.FullName}");
        }
    }

    private static void Add(GgufMetadata metadata, string key, string? value)
    {
        if (value is not null)
        {
            metadata.Add(key, value);
        }
    }

    private List<string>? List(params string[] keys) => keys.Select(key => _values.GetValueOrDefault(key)).FirstOrDefault(value => value is not null);

    private List<string> All(string key) => _values.GetValueOrDefault(key) ?? [];

    private void Read(IEnumerable<string> lines)
    {
        List<string>? open = null;
        foreach (var line in lines)
        {
            if (Item().Match(line) is { Success: true } item)
            {
                if (open is not null && Scalar(item.Groups[1].Value) is { } text)
                {
                    open.Add(text);
                }
            }
            else if (Key().Match(line) is { Success: true } key)
            {
                open = Begin(key.Groups[1].Value, key.Groups[2].Value.Trim());
            }
        }

        foreach (var empty in _values.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key).ToList())
        {
            _values.Remove(empty);
        }
    }

    /// <summary>The list that following items belong to; null when the value is complete or of a kind that is passed over.</summary>
    private List<string>? Begin(string key, string value)
    {
        var values = new List<string>();
        _values[key] = values;
        if (value.Length == 0 || value[0] == '#')
        {
            return values;
        }

        if (value.StartsWith('[') && value.EndsWith(']'))
        {
            values.AddRange(value[1..^1].Split(',').Select(Scalar).OfType<string>());
        }
        else if (Scalar(value) is { } text)
        {
            values.Add(text);
        }

        return null;
    }

    private static string? Scalar(string text)
    {
        text = text.Trim();
        if (text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0])
        {
            return text[1..^1];
        }

        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        text = comment >= 0 ? text[..comment].TrimEnd() : text;
        return text.Length == 0 || text is "null" or "~" || text[0] is '{' or '[' or '|' or '>' or '&' or '*'
            || text.Contains(": ", StringComparison.Ordinal) || text.EndsWith(':')
            ? null
            : text;
    }

    [GeneratedRegex(@"^([A-Za-z0-9_-]+):(?:\s+(.*))?$")]
    private static partial Regex Key();

    [GeneratedRegex(@"^\s*-\s+(.*)$")]
    private static partial Regex Item();

    [GeneratedRegex("^https?://huggingface.co/([^/]+/[^/]+)$")]
    private static partial Regex HubAddress();
}
