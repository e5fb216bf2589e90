namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The filters by name. The first argument of each is the filtered value, under the name <c>value</c>.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Func<CallArguments, object?>> Table = new(StringComparer.Ordinal);

    static Filters()
    {
        TextFilters.AddTo(Table);
        SequenceFilters.AddTo(Table);
        SelectionFilters.AddTo(Table);
        ValueFilters.AddTo(Table);
    }

    public static object? Apply(string name, CallArguments arguments) =>
        Table.TryGetValue(name, out var filter) ? filter(arguments) : throw new JinjaError($"No filter named '{name}'");
}
