namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The variable <c>loop</c>.</summary>
internal sealed class LoopValue(IReadOnlyList<object?> items, int depth, Func<object?, int, string>? recurse)
{
    private object? _lastChanged;
    private bool _hasChanged;

    public int Index { get; set; }

    /// <summary><c>loop(children)</c> of a recursive loop.</summary>
    public string Recurse(object? children) =>
        recurse is null ? throw new JinjaError("'loop' can only be called in a loop marked 'recursive'") : recurse(children, depth + 1);

    public object? Attribute(string name) => name switch
    {
        "index" => (long)Index + 1,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => (long)items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => (long)depth + 1,
        "depth0" => (long)depth,
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new UndefinedValue("there is no next item"),
        "cycle" => new FunctionValue("cycle", Cycle),
        "changed" => new FunctionValue("changed", arguments => HasChanged(new TupleValue(arguments.Positional))),
        _ => new UndefinedValue($"'loop' has no attribute '{name}'"),
    };

    private object? Cycle(CallArguments arguments)
    {
        if (arguments.Positional.Count == 0)
            throw new JinjaError("no items for cycling given");
        return arguments.Positional[Index % arguments.Positional.Count];
    }

    private bool HasChanged(TupleValue value)
    {
        if (_hasChanged && PyComparison.AreEqual(_lastChanged, value))
            return false;
        (_hasChanged, _lastChanged) = (true, value);
        return true;
    }
}
