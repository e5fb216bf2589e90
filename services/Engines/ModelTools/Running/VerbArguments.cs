using System.Globalization;

namespace FineTunePipeline.ModelTools.Running;

/// <summary>The command line of a verb, checked against its usage.</summary>
internal sealed class VerbArguments
{
    private readonly List<string> _positional = [];
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private VerbArguments()
    {
    }

    public string this[int position] => _positional[position];

    /// <exception cref="EngineException">Something is missing, too much or unknown (exit code 2).</exception>
    public static VerbArguments Parse(Verb verb, IReadOnlyList<string> arguments)
    {
        var parsed = new VerbArguments();
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument == "--")
            {
                parsed._positional.AddRange(arguments.Skip(index + 1));
                break;
            }

            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                parsed._positional.Add(argument);
                continue;
            }

            var (name, value) = Split(argument);
            var option = verb.Usage.Options.FirstOrDefault(known => known.Name == name)
                ?? throw Wrong(verb, $"There is no option --{name}.");
            if (option.IsFlag)
            {
                parsed._options[name] = value is null ? "" : throw Wrong(verb, $"--{name} takes no value.");
                continue;
            }

            value ??= index + 1 < arguments.Count ? arguments[++index] : throw Wrong(verb, $"--{name} needs a value ({option.Meaning}).");
            parsed._options[name] = value;
        }

        var expected = verb.Usage.Positional;
        if (parsed._positional.Count != expected.Length)
        {
            throw Wrong(verb, parsed._positional.Count < expected.Length
                ? $"{expected[parsed._positional.Count]} is missing."
                : $"'{parsed._positional[expected.Length]}' is one argument too many.");
        }

        return parsed;
    }

    public bool Has(string flag) => _options.ContainsKey(flag);

    public string? Text(string option) => _options.GetValueOrDefault(option);

    /// <summary>A whole number; <paramref name="otherwise"/> if the option is absent.</summary>
    public int Integer(string option, int otherwise, int least, int most)
    {
        if (Text(option) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw EngineException.Usage($"--{option} must be a whole number from {least} to {most}, not '{text}'.");
    }

    /// <summary>A number; <paramref name="otherwise"/> if the option is absent.</summary>
    public double Number(string option, double otherwise, double least, double most)
    {
        if (Text(option) is not { } text)
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw EngineException.Usage(string.Create(CultureInfo.InvariantCulture, $"--{option} must be a number from {least} to {most}, not '{text}'."));
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument[2..], null) : (argument[2..equals], argument[(equals + 1)..]);
    }

    private static EngineException Wrong(Verb verb, string reason) => EngineException.Usage($"{reason} Usage: {verb.Usage.Line(verb.Name)}");
}
