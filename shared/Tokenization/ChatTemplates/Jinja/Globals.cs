namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The functions that every chat template can call.</summary>
internal static class Globals
{
    public static void AddTo(Scope scope)
    {
        Add("range", Range);
        Add("dict", arguments => MakeDictionary(arguments));
        Add("namespace", MakeNamespace);
        Add("cycler", MakeCycler);
        Add("joiner", MakeJoiner);
        Add("raise_exception", arguments => throw new JinjaError(PyFormat.ToText(arguments.Bind("message").Required("message"))));
        Add("strftime_now", arguments => Strftime.Format(arguments.Context.Clock.GetLocalNow(), arguments.Bind("format").RequiredText("format")));

        void Add(string name, Func<CallArguments, object?> body) => scope[name] = new FunctionValue(name, body);
    }

    private static ListValue Range(CallArguments arguments)
    {
        if (arguments.Positional.Count is 0 or > 3 || arguments.Named.Count > 0)
            throw new JinjaError("range() takes 1 to 3 arguments");
        var numbers = arguments.Positional.Select(value => PyValue.ToInteger(value, "an argument of range()")).ToList();
        var start = numbers.Count > 1 ? numbers[0] : 0;
        var stop = numbers.Count > 1 ? numbers[1] : numbers[0];
        var step = numbers.Count > 2 ? numbers[2] : 1;
        if (step == 0)
            throw new JinjaError("range() arg 3 must not be zero");
        var distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var count = distance <= 0 ? 0 : (distance + Int128.Abs(step) - 1) / Int128.Abs(step);
        if (count > arguments.Context.Limits.MaxRange)
            throw new JinjaError($"Range too big. At most {arguments.Context.Limits.MaxRange} items are allowed");
        arguments.Context.ChargeItems((long)count);
        var list = new ListValue();
        for (var i = 0; i < (int)count; i++)
            list.Add(start + (i * step));
        return list;
    }

    private static DictionaryValue MakeDictionary(CallArguments arguments)
    {
        if (arguments.Positional.Count > 1)
            throw new JinjaError("dict() takes at most one argument without a name");
        var result = new DictionaryValue();
        if (arguments.Positional.Count == 1)
            AddPairs(result, arguments.Positional[0]);
        foreach (var (name, value) in arguments.Named)
            result[name] = value;
        arguments.Context.ChargeItems(result.Count);
        return result;
    }

    private static void AddPairs(DictionaryValue result, object? source)
    {
        if (source is DictionaryValue other)
        {
            foreach (var (key, value) in other)
                result[key] = value;
            return;
        }

        foreach (var item in PyValue.Items(source))
        {
            var pair = PyValue.Items(item);
            if (pair.Count != 2)
                throw new JinjaError("dict() needs pairs of key and value");
            result[DictionaryValue.Key(pair[0])] = pair[1];
        }
    }

    private static NamespaceValue MakeNamespace(CallArguments arguments)
    {
        var space = new NamespaceValue();
        foreach (var (name, value) in MakeDictionary(arguments))
            space.Attributes[PyFormat.ToText(name)] = value;
        return space;
    }

    private static NamespaceValue MakeCycler(CallArguments arguments)
    {
        if (arguments.Positional.Count == 0)
            throw new JinjaError("at least one item has to be provided");
        var items = arguments.Positional;
        var position = 0;
        var cycler = new NamespaceValue();
        Show();
        cycler.Attributes["next"] = new FunctionValue("next", _ =>
        {
            var item = items[position];
            position = (position + 1) % items.Count;
            Show();
            return item;
        });
        cycler.Attributes["reset"] = new FunctionValue("reset", _ =>
        {
            position = 0;
            Show();
            return null;
        });
        return cycler;

        void Show() => cycler.Attributes["current"] = items[position];
    }

    private static FunctionValue MakeJoiner(CallArguments arguments)
    {
        var separator = arguments.Bind("sep").Text("sep", ", ");
        var isUsed = false;
        return new FunctionValue("joiner", _ =>
        {
            var text = isUsed ? separator : "";
            isUsed = true;
            return text;
        });
    }
}
