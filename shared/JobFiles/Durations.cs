using System.Globalization;
using System.Text.RegularExpressions;

namespace FineTunePipeline.JobFiles;

/// <summary>
/// Durations as a job file has them. <see cref="TimeSpan.Parse(string)"/> is not for people: it reads 12 as twelve days, and 36:00:00 as thirty-six of them.
/// </summary>
internal static partial class Durations
{
    /// <summary>Also the schema's: so in the words that JSON Schema shares with .NET.</summary>
    public const string Pattern = @"^(?:([0-9]{1,5})\.)?([0-9]{2,4}):([0-5][0-9]):([0-5][0-9])$";

    /// <summary><c>[days.]hours:minutes:seconds</c>; without days there may be more than 23 hours.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        if (text is null || Shape().Match(text) is not { Success: true } match)
        {
            return false;
        }

        int Part(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;
        var (days, hours) = (Part(1), Part(2));
        value = new TimeSpan(days, hours, Part(3), Part(4));
        return days == 0 || hours < 24;
    }

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
