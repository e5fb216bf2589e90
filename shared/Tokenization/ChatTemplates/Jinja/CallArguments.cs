namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The evaluated arguments of a call, filter or test, and what the callee needs of the rendering.</summary>
internal sealed class CallArguments(string callee, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named, RenderContext context)
{
    private static readonly Dictionary<string, object?> NoNames = [];

    public string Callee { get; } = callee;

    public IReadOnlyList<object?> Positional { get; } = positional;

    public IReadOnlyDictionary<string, object?> Named { get; } = named;

    public RenderContext Context { get; } = context;

    public static CallArguments Of(string callee, RenderContext context, params ReadOnlySpan<object?> positional) =>
        new(callee, positional.ToArray(), NoNames, context);

    /// <summary>Binds the arguments to parameter names in order; an unknown name or an argument too many is an error.</summary>
    public BoundArguments Bind(params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
            throw new JinjaError($"{Callee}() takes at most {parameters.Length} arguments, {Positional.Count} were given");
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < Positional.Count; i++)
            values[parameters[i]] = Positional[i];
        foreach (var (name, value) in Named)
        {
            if (!parameters.Contains(name))
                throw new JinjaError($"{Callee}() has no argument '{name}'");
            if (!values.TryAdd(name, value))
                throw new JinjaError($"{Callee}() got two values for the argument '{name}'");
        }

        return new BoundArguments(Callee, values);
    }
}

/// <summary>Arguments by parameter name; a missing one has the default that the reader gives.</summary>
internal sealed class BoundArguments(string callee, Dictionary<string, object?> values)
{
    public bool Has(string name) => values.ContainsKey(name);

    public object? Value(string name, object? fallback = null) => values.GetValueOrDefault(name, fallback);

    public object? Required(string name) =>
        values.TryGetValue(name, out var value) ? value : throw new JinjaError($"{callee}() needs the argument '{name}'");

    public string Text(string name, string fallback) => values.TryGetValue(name, out var value) ? AsText(name, value) : fallback;

    public string RequiredText(string name) => AsText(name, Required(name));

    /// <summary>Null when missing or none.</summary>
    public string? OptionalText(string name) => Value(name) is { } value ? AsText(name, value) : null;

    public long Integer(string name, long fallback) =>
        values.TryGetValue(name, out var value) && value is not null ? PyValue.ToInteger(value, $"{callee}(): '{name}'") : fallback;

    public bool Flag(string name, bool fallback = false) => values.TryGetValue(name, out var value) ? PyValue.IsTrue(value) : fallback;

    private string AsText(string name, object? value) => value switch
    {
        string text => text,
        UndefinedValue undefined => throw undefined.ToError(),
        _ => throw new JinjaError($"{callee}(): '{name}' must be a string, not {PyValue.TypeName(value)}"),
    };
}
