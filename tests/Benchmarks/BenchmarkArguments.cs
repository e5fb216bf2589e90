using System.Globalization;

namespace FineTunePipeline.Benchmarks;

/// <summary>The options of a benchmark, each <c>--name value</c>.</summary>
internal sealed class BenchmarkArguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">One is not among <paramref name="known"/>, or has no value.</exception>
    public BenchmarkArguments(string[] arguments, params string[] known)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            if (!known.Contains(name) || i + 1 == arguments.Length)
            {
                throw new FormatException($"'{arguments[i]}' is not one of --{string.Join(", --", known)} with a value");
            }

            _values[name] = arguments[i + 1];
        }
    }

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <exception cref="FormatException">It is missing.</exception>
    public string Required(string name, string kind) => this[name] ?? throw new FormatException($"--{name} {kind} is missing");

    /// <exception cref="FormatException">It is no whole number above 0.</exception>
    public int Number(string name, int missing) =>
        this[name] is not { } text ? missing
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new FormatException($"--{name} must be a whole number above 0");
}
