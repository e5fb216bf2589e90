namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Methods of lists and dictionaries that only read; those that change them are refused, as in Jinja's immutable sandbox.</summary>
internal static class ContainerMethods
{
    private static readonly string[] ChangesList = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];
    private static readonly string[] ChangesDictionary = ["clear", "pop", "popitem", "setdefault", "update"];

    public static FunctionValue? Find(ListValue list, string name) => name switch
    {
        "index" => new FunctionValue(name, arguments => IndexOf(list, arguments.Bind("value").Required("value"))),
        "count" => new FunctionValue(name, arguments =>
        {
            var wanted = arguments.Bind("value").Required("value");
            return (long)list.Count(item => PyComparison.AreEqual(item, wanted));
        }),
        "copy" => new FunctionValue(name, arguments => arguments.Context.Created(new ListValue(list))),
        _ when ChangesList.Contains(name) && list is not TupleValue => throw Refused(name, "list"),
        _ => null,
    };

    public static FunctionValue? Find(DictionaryValue dictionary, string name) => name switch
    {
        "items" => new FunctionValue(name, arguments => arguments.Context.Created(Pairs(dictionary))),
        "keys" => new FunctionValue(name, arguments => arguments.Context.Created(new ListValue(dictionary.Keys))),
        "values" => new FunctionValue(name, arguments => arguments.Context.Created(new ListValue(dictionary.Values))),
        "get" => new FunctionValue(name, arguments =>
        {
            var bound = arguments.Bind("key", "default");
            var key = bound.Required("key");
            return key is not null && dictionary.TryGetValue(DictionaryValue.Key(key), out var value) ? value : bound.Value("default");
        }),
        "copy" => new FunctionValue(name, arguments =>
        {
            arguments.Context.ChargeItems(dictionary.Count);
            var copy = new DictionaryValue();
            foreach (var (key, value) in dictionary)
                copy[key] = value;
            return copy;
        }),
        // A key of that name is reachable; only the call of the missing method is an error.
        _ when ChangesDictionary.Contains(name) && !dictionary.ContainsKey(name) => throw Refused(name, "dict"),
        _ => null,
    };

    public static ListValue Pairs(DictionaryValue dictionary) => new(dictionary.Select(pair => TupleValue.Of(pair.Key, pair.Value)));

    private static object IndexOf(ListValue list, object? wanted)
    {
        var index = list.FindIndex(item => PyComparison.AreEqual(item, wanted));
        return index >= 0 ? (long)index : throw new JinjaError($"{PyFormat.Repr(wanted)} is not in list");
    }

    private static JinjaError Refused(string name, string type) => new($"access to attribute '{name}' of '{type}' object is unsafe.");
}
