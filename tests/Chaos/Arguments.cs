using System.Globalization;

namespace FineTunePipeline.Chaos;

/// <summary>Options with a value each, as both ways of chaos are called.</summary>
/// <param name="usage">Told when they cannot be understood.</param>
internal sealed class Arguments(string usage)
{
    /// <summary>The options and their values, in order.</summary>
    /// <exception cref="ArgumentException">The last one has no value.</exception>
    public IEnumerable<(string Option, string Value)> Pairs(string[] args)
    {
        for (var index = 0; index < args.Length; index += 2)
        {
            yield return (args[index], index + 1 < args.Length ? args[index + 1] : throw new ArgumentException($"{args[index]} needs a value. {usage}"));
        }
    }

    /// <exception cref="ArgumentException">It is none.</exception>
    public int Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new ArgumentException($"'{value}' is no number. {usage}");
}
