namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Fills <c>{{name}}</c> and <c>{{author}}</c>, which persona data sets have in place of the names of the model and its maker.</summary>
public static class DatasetPlaceholders
{
    public const string Name = "name";
    public const string Author = "author";

    /// <summary>Replaces <c>{{key}}</c> of each given key; other braces stay as they are.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (key, value) in values)
        {
            text = text.Replace("{{" + key + "}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The same in the system text and in every turn.</summary>
    public static ChatSample Fill(ChatSample sample, IReadOnlyDictionary<string, string> values) => sample with
    {
        System = sample.System is null ? null : Fill(sample.System, values),
        Turns = [.. sample.Turns.Select(turn => turn with { Content = Fill(turn.Content, values) })],
    };

    /// <summary>Whether a <c>{{name}}</c> or <c>{{author}}</c> is left in the sample.</summary>
    public static bool AnyLeft(ChatSample sample) => AnyLeft(sample.System) || sample.Turns.Any(turn => AnyLeft(turn.Content));

    private static bool AnyLeft(string? text) =>
        text is not null && (text.Contains("{{" + Name + "}}", StringComparison.Ordinal) || text.Contains("{{" + Author + "}}", StringComparison.Ordinal));
}
