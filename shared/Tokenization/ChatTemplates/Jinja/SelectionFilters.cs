namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Filters that choose, order or change the items of a sequence.</summary>
internal static class SelectionFilters
{
    public static void AddTo(Dictionary<string, Func<CallArguments, object?>> table)
    {
        table["select"] = arguments => Select(arguments, byAttribute: false, wanted: true);
        table["reject"] = arguments => Select(arguments, byAttribute: false, wanted: false);
        table["selectattr"] = arguments => Select(arguments, byAttribute: true, wanted: true);
        table["rejectattr"] = arguments => Select(arguments, byAttribute: true, wanted: false);
        table["map"] = Map;
        table["sort"] = Sort;
        table["unique"] = Unique;
        table["min"] = arguments => Extreme(arguments, wanted: -1);
        table["max"] = arguments => Extreme(arguments, wanted: 1);
        table["sum"] = Sum;
        table["groupby"] = GroupBy;
    }

    /// <summary>An item's attribute by a name with dots (<c>function.name</c>, <c>items.0</c>) or an index.</summary>
    public static object? Lookup(object? item, object? attribute, object? fallback = null)
    {
        if (attribute is not string path)
            return OrFallback(Members.Item(item, attribute));
        RenderContext.Account(path.Length);
        foreach (var part in path.Split('.'))
            item = OrFallback(Members.Item(item, long.TryParse(part, out var index) ? (object)index : part));
        return item;

        object? OrFallback(object? value) => value is UndefinedValue && fallback is not null ? fallback : value;
    }

    public static object? Folded(object? value, bool caseSensitive) => value is string text && !caseSensitive ? text.ToLowerInvariant() : value;

    public static ListValue Sort(IReadOnlyList<object?> items, Func<object?, object?> key, bool reverse)
    {
        var order = Comparer<object?>.Create((a, b) => PyComparison.Compare(a, b));
        try
        {
            // OrderBy is stable in both directions, as Python's sort is.
            return new ListValue(reverse ? items.OrderByDescending(key, order) : items.OrderBy(key, order));
        }
        catch (InvalidOperationException error) when (error.InnerException is JinjaError inner)
        {
            throw inner;
        }
    }

    private static ListValue Select(CallArguments arguments, bool byAttribute, bool wanted)
    {
        var rest = arguments.Positional.Skip(1).ToList();
        var attribute = byAttribute ? rest.FirstOrDefault() ?? throw new JinjaError($"{arguments.Callee} needs an attribute") : null;
        var test = rest.Skip(byAttribute ? 1 : 0).ToList();
        return arguments.Context.Created(new ListValue(ItemsOrNone(arguments.Positional[0]).Where(item => Passes(item) == wanted)));

        bool Passes(object? item)
        {
            arguments.Context.Step();
            var value = attribute is null ? item : Lookup(item, attribute);
            if (test.Count == 0)
                return PyValue.IsTrue(value);
            var name = PyFormat.ToText(test[0]);
            return Tests.Apply(name, CallArguments.Of(name, arguments.Context, [value, .. test.Skip(1)]));
        }
    }

    /// <summary>Jinja looks at the value's truth first, so that false and 0 have no items here instead of being an error.</summary>
    private static IReadOnlyList<object?> ItemsOrNone(object? value) => PyValue.IsTrue(value) ? PyValue.Items(value) : [];

    private static ListValue Map(CallArguments arguments)
    {
        var items = ItemsOrNone(arguments.Positional[0]);
        if (arguments.Positional.Count == 1 && arguments.Named.TryGetValue("attribute", out var attribute))
        {
            var fallback = arguments.Named.GetValueOrDefault("default");
            return arguments.Context.Created(new ListValue(items.Select(item => Lookup(item, attribute, fallback))));
        }

        if (arguments.Positional.Count < 2)
            throw new JinjaError("map requires a filter argument");
        var name = PyFormat.ToText(arguments.Positional[1]);
        return arguments.Context.Created(new ListValue(items.Select(item =>
        {
            arguments.Context.Step();
            return Filters.Apply(name, new CallArguments(name, [item, .. arguments.Positional.Skip(2)], arguments.Named, arguments.Context));
        })));
    }

    private static ListValue Sort(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "reverse", "case_sensitive", "attribute");
        var items = PyValue.Items(bound.Required("value"));
        arguments.Context.ChargeItems(items.Count);
        return Sort(items, KeyOf(bound), bound.Flag("reverse"));
    }

    private static ListValue Unique(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "case_sensitive", "attribute");
        var key = KeyOf(bound);
        var seen = new HashSet<object>(PyComparison.Keys);
        var items = PyValue.Items(bound.Required("value"));
        return arguments.Context.Created(new ListValue(items.Where(item => seen.Add(DictionaryValue.Key(key(item) ?? "\0none")))));
    }

    private static object? Extreme(CallArguments arguments, int wanted)
    {
        var bound = arguments.Bind("value", "case_sensitive", "attribute");
        var key = KeyOf(bound);
        var items = PyValue.Items(bound.Required("value"));
        if (items.Count == 0)
            return new UndefinedValue("No aggregated item, sequence was empty.");
        var best = items[0];
        foreach (var item in items.Skip(1))
        {
            arguments.Context.Step();
            if (Math.Sign(PyComparison.Compare(key(item), key(best))) == wanted)
                best = item;
        }

        return best;
    }

    private static object? Sum(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "attribute", "start");
        var attribute = bound.Value("attribute");
        var total = bound.Value("start", 0L);
        foreach (var item in PyValue.Items(bound.Required("value")))
            total = Operators.Apply("+", total, attribute is null ? item : Lookup(item, attribute), arguments.Context);
        return total;
    }

    private static ListValue GroupBy(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "attribute", "default", "case_sensitive");
        var attribute = bound.Required("attribute");
        var items = PyValue.Items(bound.Required("value"));
        arguments.Context.ChargeItems(items.Count);
        var groups = new DictionaryValue();
        foreach (var item in Sort(items, Key, reverse: false))
        {
            var key = DictionaryValue.Key(Key(item));
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = new ListValue();
            ((ListValue)group!).Add(item);
        }

        return new ListValue(groups.Select(pair => TupleValue.Of(Original(((ListValue)pair.Value!)[0]), pair.Value)));

        object? Original(object? item) => Lookup(item, attribute) is UndefinedValue && bound.Has("default") ? bound.Value("default") : Lookup(item, attribute);

        object? Key(object? item) => Folded(Original(item), bound.Flag("case_sensitive"));
    }

    private static Func<object?, object?> KeyOf(BoundArguments bound)
    {
        var attribute = bound.Value("attribute");
        var caseSensitive = bound.Flag("case_sensitive");
        return item => Folded(attribute is null ? item : Lookup(item, attribute), caseSensitive);
    }
}
