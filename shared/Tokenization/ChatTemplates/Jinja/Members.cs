namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Attributes, subscripts and slices. Only what the method tables list can be reached; there is no reflection.</summary>
internal static class Members
{
    /// <summary><c>target.name</c>: a method first, then the key of a dictionary.</summary>
    public static object? Attribute(object? target, string name)
    {
        switch (target)
        {
            case UndefinedValue undefined:
                throw undefined.ToError();
            case NamespaceValue space:
                return space.Attributes.TryGetValue(name, out var value) ? value : Missing(target, name);
            case LoopValue loop:
                return loop.Attribute(name);
            case string text when StringMethods.Find(text, name) is { } method:
                return method;
            case DictionaryValue dictionary:
                return ContainerMethods.Find(dictionary, name) ?? (dictionary.TryGetValue(name, out var item) ? item : Missing(target, name));
            case ListValue list when ContainerMethods.Find(list, name) is { } method:
                return method;
            default:
                return Missing(target, name);
        }
    }

    /// <summary>The <c>attr</c> filter: never the key of a dictionary.</summary>
    public static object? AttributeOnly(object? target, string name) =>
        target is DictionaryValue dictionary ? ContainerMethods.Find(dictionary, name) ?? (object)Missing(target, name) : Attribute(target, name);

    /// <summary><c>target[key]</c>: the key of a dictionary first, then a method.</summary>
    public static object? Item(object? target, object? key)
    {
        switch (target)
        {
            case UndefinedValue undefined:
                throw undefined.ToError();
            case DictionaryValue dictionary:
                if (key is not null and not UndefinedValue && dictionary.TryGetValue(DictionaryValue.Key(key), out var value))
                    return value;
                break;
            case string text when key is long or bool:
                return Index(PyText.Length(text), key) is { } at
                    ? PyText.At(text, at)
                    : new UndefinedValue($"string index {PyFormat.Repr(key)} out of range");
            case ListValue list when key is long or bool:
                return Index(list.Count, key) is { } place ? list[place] : new UndefinedValue($"list index {PyFormat.Repr(key)} out of range");
        }

        if (key is UndefinedValue unknown)
            return new UndefinedValue($"{PyValue.TypeName(target)} has no item for the key: {unknown.What}");
        return key is string name ? Attribute(target, name) : Missing(target, PyFormat.ToText(key));
    }

    public static object? Slice(object? target, long? start, long? stop, long? step, RenderContext context)
    {
        if (target is UndefinedValue undefined)
            throw undefined.ToError();
        if (target is not (string or ListValue))
            throw new JinjaError($"'{PyValue.TypeName(target)}' object cannot be sliced");
        if (step == 0)
            throw new JinjaError("slice step cannot be zero");
        if (target is string text && (step ?? 1) == 1 && !PyText.HasPairs(text))
        {
            var (from, to) = (Bound(start, 0, text.Length, 1), Bound(stop, text.Length, text.Length, 1));
            return from < to ? context.Created(text[(int)from..(int)to]) : "";
        }

        var items = PyValue.Items(target);
        context.ChargeItems(target is string ? 0 : items.Count);
        var chosen = Indices(items.Count, start, stop, step ?? 1).Select(i => items[i]);
        return target switch
        {
            string => string.Concat(chosen),
            TupleValue => new TupleValue(chosen),
            _ => new ListValue(chosen),
        };
    }

    private static IEnumerable<int> Indices(int length, long? start, long? stop, long step)
    {
        var from = Bound(start, step > 0 ? 0 : length - 1, length, step);
        var to = Bound(stop, step > 0 ? length : -1, length, step);
        for (var i = from; step > 0 ? i < to : i > to; i += step)
        {
            yield return (int)i;

            // A step beyond the length gives one item; adding it again could overflow.
            if (step > length || step < -length)
                yield break;
        }
    }

    private static long Bound(long? bound, long fallback, int length, long step)
    {
        if (bound is not { } value)
            return fallback;
        if (value < 0)
            value = Math.Max(value + length, step > 0 ? 0 : -1);
        return Math.Min(value, step > 0 ? length : length - 1);
    }

    private static int? Index(int length, object key)
    {
        var index = PyValue.ToInteger(key, "index");
        index = index < 0 ? index + length : index;
        return index >= 0 && index < length ? (int)index : null;
    }

    private static UndefinedValue Missing(object? target, string name) =>
        new($"'{PyValue.TypeName(target)} object' has no attribute '{name}'");
}
