namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Python's equality, order and hash of template values.</summary>
internal static class PyComparison
{
    private const int MaxDepth = 100;

    public static IEqualityComparer<object> Keys { get; } = new KeyComparer();

    public static bool AreEqual(object? left, object? right, int depth = 0)
    {
        if (depth > MaxDepth)
            throw new JinjaError("values nested too deeply to compare");
        RenderContext.Account(0);
        if (PyValue.IsNumber(left) && PyValue.IsNumber(right))
            return left is double || right is double ? PyValue.ToDouble(left) == PyValue.ToDouble(right) : Integer(left) == Integer(right);
        return (left, right) switch
        {
            (null, null) or (UndefinedValue, UndefinedValue) => true,
            (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
            (ListValue a, ListValue b) => AreListsEqual(a, b, depth),
            (DictionaryValue a, DictionaryValue b) => AreDictionariesEqual(a, b, depth),
            _ => ReferenceEquals(left, right),
        };
    }

    public static int Compare(object? left, object? right, string operation = "<", int depth = 0)
    {
        if (depth > MaxDepth)
            throw new JinjaError("values nested too deeply to compare");
        RenderContext.Account(0);
        switch (left, right)
        {
            case (UndefinedValue undefined, _):
                throw undefined.ToError();
            case (_, UndefinedValue undefined):
                throw undefined.ToError();
            case (string a, string b):
                return string.CompareOrdinal(a, b);
            case (ListValue a, ListValue b) when a is TupleValue == b is TupleValue:
                for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
                {
                    if (!AreEqual(a[i], b[i], depth + 1))
                        return Compare(a[i], b[i], operation, depth + 1);
                }

                return a.Count.CompareTo(b.Count);
        }

        if (PyValue.IsNumber(left) && PyValue.IsNumber(right))
        {
            return left is double || right is double
                ? PyValue.ToDouble(left).CompareTo(PyValue.ToDouble(right))
                : Integer(left).CompareTo(Integer(right));
        }

        throw new JinjaError($"'{operation}' not supported between instances of '{PyValue.TypeName(left)}' and '{PyValue.TypeName(right)}'");
    }

    public static bool Contains(object? container, object? item)
    {
        switch (container)
        {
            case string text:
                if (item is UndefinedValue undefined)
                    throw undefined.ToError();
                if (item is not string part)
                    throw new JinjaError($"'in <string>' requires string as left operand, not {PyValue.TypeName(item)}");
                return text.Contains(part, StringComparison.Ordinal);
            case DictionaryValue dictionary:
                return item is not null && dictionary.ContainsKey(DictionaryValue.Key(item));
            case ListValue or UndefinedValue:
                return PyValue.Items(container).Any(other => AreEqual(other, item));
            default:
                throw new JinjaError($"argument of type '{PyValue.TypeName(container)}' is not iterable");
        }
    }

    private static long Integer(object? value) => value is bool flag ? (flag ? 1 : 0) : (long)value!;

    private static bool AreListsEqual(ListValue left, ListValue right, int depth)
    {
        if (left.Count != right.Count || left is TupleValue != right is TupleValue)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i], depth + 1))
                return false;
        }

        return true;
    }

    private static bool AreDictionariesEqual(DictionaryValue left, DictionaryValue right, int depth)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (key, value) in left)
        {
            if (!right.TryGetValue(key, out var other) || !AreEqual(value, other, depth + 1))
                return false;
        }

        return true;
    }

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public new bool Equals(object? x, object? y) => AreEqual(x, y);

        public int GetHashCode(object value) => Hash(value, 0);

        private static int Hash(object value, int depth)
        {
            if (depth > MaxDepth)
                throw new JinjaError("a key is nested too deeply");
            RenderContext.Account(0);
            return value switch
            {
                string text => string.GetHashCode(text, StringComparison.Ordinal),
                bool or long or double => PyValue.ToDouble(value).GetHashCode(),
                TupleValue tuple => tuple.Aggregate(17, (hash, item) => (hash * 31) + (item is null ? 0 : Hash(item, depth + 1))),
                ListValue or DictionaryValue => throw new JinjaError($"unhashable type: '{PyValue.TypeName(value)}'"),
                _ => value.GetHashCode(),
            };
        }
    }
}
