using System.Globalization;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>Reads times out of rows.</summary>
internal static class Moment
{
    /// <summary>Milliseconds since 1970 of a time as SQLite keeps it.</summary>
    public static long Ms(object value) =>
        DateTimeOffset.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
}
