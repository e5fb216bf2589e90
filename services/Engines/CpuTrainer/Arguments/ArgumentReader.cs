using System.Globalization;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.Hints;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>Checks what a configuration says against <see cref="ArgumentTable"/>: known keys, right types, allowed values.</summary>
internal static class ArgumentReader
{
    private const int MostEdits = 3;

    public static ArgumentValues Read(IReadOnlyDictionary<string, object?> given)
    {
        RefuseUnknown(given.Keys);
        var withoutEffect = new List<string>();
        foreach (var (name, value) in given.Where(pair => ArgumentTable.Find(pair.Key) is null))
        {
            if (OtherArguments.HasNoEffect(name))
            {
                withoutEffect.Add(name);
            }
            else if (!OtherArguments.LeavesItOff(name, value))
            {
                throw new TrainerException(
                    "NotImplementedError", $"This trainer does not do `{name}: {Show(value)}`. Remove the key, or train with LLaMA-Factory itself.");
            }
        }

        var values = ArgumentTable.All.ToDictionary(argument => argument.Name, argument => Value(argument, given), StringComparer.Ordinal);
        return new ArgumentValues(values) { WithoutEffect = withoutEffect };
    }

    private static void RefuseUnknown(IEnumerable<string> names)
    {
        var unknown = names
            .Where(name => ArgumentTable.Find(name) is null && !OtherArguments.HasNoEffect(name) && !OtherArguments.IsNotDoneHere(name))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        var known = ArgumentTable.All.Select(argument => argument.Name).Concat(OtherArguments.Names).Order(StringComparer.Ordinal).ToList();
        var hints = unknown.Select(name => NearestName.Find(name, known, Math.Clamp(name.Length / 3, 1, MostEdits)) is { } nearest
            ? $"Unknown key {name}: did you mean {nearest}?"
            : $"Unknown key {name}: `finetune-trainer train -h` lists all keys.");
        var list = string.Join(", ", unknown.Select(name => $"'{name}'"));
        throw TrainerException.Value($"Some keys are not used by the HfArgumentParser: [{list}]", string.Join('\n', hints));
    }

    private static object? Value(Argument argument, IReadOnlyDictionary<string, object?> given)
    {
        if (!given.TryGetValue(argument.Name, out var raw) || raw is null)
        {
            return argument.Kind == ArgumentKind.Integer && argument.Default is int whole ? (long)whole : argument.Default;
        }

        var value = argument.Kind switch
        {
            ArgumentKind.Flag => Flag(argument, raw),
            ArgumentKind.Integer => Integer(argument, raw),
            ArgumentKind.Number => Number(argument, raw),
            _ => Text(argument, raw),
        };
        CheckRange(argument, value);
        return value;
    }

    private static object Flag(Argument argument, object raw) => raw switch
    {
        bool flag => flag,
        string text when bool.TryParse(text, out var flag) => flag,
        _ => throw Wrong(argument, "true or false", raw),
    };

    private static object Integer(Argument argument, object raw) => raw switch
    {
        long whole when whole is >= int.MinValue and <= int.MaxValue => whole,
        double number when number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue => (long)number,
        string text when int.TryParse(text, CultureInfo.InvariantCulture, out var whole) => (long)whole,
        _ => throw Wrong(argument, "a whole number", raw),
    };

    private static object Number(Argument argument, object raw) => raw switch
    {
        long whole => (double)whole,
        double number when double.IsFinite(number) => number,
        string text when double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        _ => throw Wrong(argument, "a number", raw),
    };

    private static string Text(Argument argument, object raw) => raw switch
    {
        string text => text,
        List<object?> list when list.All(item => item is string) => string.Join(',', list),
        false when argument.Choices?.Contains("no") == true => throw TrainerException.Value(
            $"False is not a valid IntervalStrategy, please select one of [{string.Join(", ", argument.Choices.Select(choice => $"'{choice}'"))}]",
            $"{argument.Name}: an unquoted no is false in YAML; write {argument.Name}: \"no\"."),
        long or double => Show(raw),
        _ => throw Wrong(argument, "a text", raw),
    };

    private static void CheckRange(Argument argument, object value)
    {
        if (argument.Choices is { } choices && !choices.Contains((string)value))
        {
            throw TrainerException.Value($"{argument.Name} must be one of {string.Join(", ", choices)}, not {Show(value)}.");
        }

        var number = value switch { long whole => whole, double fraction => fraction, _ => (double?)null };
        if (number < argument.AtLeast || number > argument.AtMost)
        {
            var most = argument.AtMost is { } limit ? $" and at most {Show(limit)}" : "";
            throw TrainerException.Value($"{argument.Name} must be at least {Show(argument.AtLeast ?? 0.0)}{most}, not {Show(value)}.");
        }
    }

    private static TrainerException Wrong(Argument argument, string expected, object raw) =>
        TrainerException.Value($"{argument.Name} must be {expected}, not {Show(raw)}.");

    private static string Show(object? value) => value switch
    {
        null => "null",
        true => "true",
        false => "false",
        string text => $"'{text}'",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IReadOnlyCollection<object?> => "a list",
        _ => "a mapping",
    };
}
