namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>What stands after <c>is</c>.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Func<object?, bool>> Simple = new(StringComparer.Ordinal)
    {
        ["defined"] = value => value is not UndefinedValue,
        ["undefined"] = value => value is UndefinedValue,
        ["none"] = value => value is null,
        ["string"] = value => value is string,
        ["boolean"] = value => value is bool,
        ["true"] = value => value is true,
        ["false"] = value => value is false,
        ["integer"] = value => value is long,
        ["float"] = value => value is double,
        ["number"] = value => value is long or double or bool,
        ["mapping"] = value => value is DictionaryValue,
        ["sequence"] = value => value is string or ListValue or DictionaryValue or UndefinedValue,
        ["iterable"] = value => value is string or ListValue or DictionaryValue or UndefinedValue,
        ["callable"] = value => value is FunctionValue,
        ["lower"] = value => PyFormat.ToText(value) is var text && StringMethods.IsCased(text, char.IsUpper, char.IsLower),
        ["upper"] = value => PyFormat.ToText(value) is var text && StringMethods.IsCased(text, char.IsLower, char.IsUpper),
        ["escaped"] = _ => false,
    };

    private static readonly Dictionary<string, string> Comparisons = new(StringComparer.Ordinal)
    {
        ["eq"] = "==",
        ["equalto"] = "==",
        ["=="] = "==",
        ["ne"] = "!=",
        ["!="] = "!=",
        ["lt"] = "<",
        ["lessthan"] = "<",
        ["<"] = "<",
        ["le"] = "<=",
        ["<="] = "<=",
        ["gt"] = ">",
        ["greaterthan"] = ">",
        [">"] = ">",
        ["ge"] = ">=",
        [">="] = ">=",
        ["in"] = "in",
    };

    public static bool Apply(string name, CallArguments arguments)
    {
        if (Simple.TryGetValue(name, out var test))
            return test(arguments.Bind("value").Required("value"));
        var bound = arguments.Bind("value", "other");
        if (Comparisons.TryGetValue(name, out var operation))
            return Operators.Holds(operation, bound.Required("value"), bound.Required("other"));
        return name switch
        {
            "odd" => HasRemainder(arguments, bound.Required("value"), 2L, 1),
            "even" => HasRemainder(arguments, bound.Required("value"), 2L, 0),
            "divisibleby" => HasRemainder(arguments, bound.Required("value"), bound.Required("other"), 0),
            "sameas" => IsSame(bound.Required("value"), bound.Required("other")),
            _ => throw new JinjaError($"No test named '{name}'"),
        };
    }

    private static bool HasRemainder(CallArguments arguments, object? value, object? divisor, long expected) =>
        PyComparison.AreEqual(Operators.Apply("%", value, divisor, arguments.Context), expected);

    private static bool IsSame(object? left, object? right) => (left, right) switch
    {
        (bool a, bool b) => a == b,
        (null, null) => true,
        (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
        (long a, long b) => a == b,
        _ => ReferenceEquals(left, right),
    };
}
