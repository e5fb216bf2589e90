using System.Text.Json;

namespace FineTunePipeline.Artifacts.Validate.LlamaFactory;

/// <summary>One key that LLaMA-Factory's <c>train</c> knows.</summary>
/// <param name="Kinds">bool, int, float, text, list, map or any; several are alternatives.</param>
/// <param name="Words">What a text may be; empty: anything.</param>
internal sealed record LlamaFactoryArgument(string Name, IReadOnlyList<string> Kinds, IReadOnlyList<string> Words)
{
    /// <summary>The tool's own table, in the order of names. Source: arguments.py, run by LLaMA-Factory itself.</summary>
    public static IReadOnlyDictionary<string, LlamaFactoryArgument> All { get; } = Read();

    /// <summary>null if it takes the value, else what it would take.</summary>
    public string? Refuses(JsonElement value)
    {
        var fits = value.ValueKind switch
        {
            JsonValueKind.Null => true,
            JsonValueKind.True or JsonValueKind.False => Is("bool"),
            JsonValueKind.Number => Is("float") || (Is("int") && value.TryGetInt64(out _)),
            JsonValueKind.String => Is("text") && (Words.Count == 0 || Words.Contains(value.GetString()!)),
            JsonValueKind.Array => Is("list"),
            JsonValueKind.Object => Is("map"),
            _ => false,
        };
        return fits ? null : string.Join(" or ", Kinds.Select(Wanted));
    }

    private bool Is(string kind) => Kinds.Contains(kind) || Kinds.Contains("any");

    private string Wanted(string kind) => kind switch
    {
        "bool" => "true or false",
        "int" => "a whole number",
        "float" => "a number",
        "text" => Words.Count > 0 ? $"one of {string.Join(", ", Words)}" : "text",
        "list" => "a list",
        "map" => "a mapping of keys",
        _ => "another value",
    };

    private static SortedDictionary<string, LlamaFactoryArgument> Read()
    {
        using var stream = typeof(LlamaFactoryArgument).Assembly.GetManifestResourceStream("llamafactory-arguments.tsv")!;
        using var reader = new StreamReader(stream);
        var all = new SortedDictionary<string, LlamaFactoryArgument>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('\t') is [var name, var kinds, var words] && !line.StartsWith('#'))
            {
                all.Add(name, new LlamaFactoryArgument(name, kinds.Split(','), words.Split(',', StringSplitOptions.RemoveEmptyEntries)));
            }
        }

        return all;
    }
}
