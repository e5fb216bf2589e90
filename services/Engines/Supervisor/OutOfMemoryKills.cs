using System.Globalization;

namespace FineTunePipeline.Supervisor;

/// <summary>
/// How many processes the system has killed because memory ran out. Such a process ends as one that a person killed, with nothing on its standard error:
/// that the count grew while it ran is the only sign. The count is the machine's, so another's end at the same time may be taken for ours; half a micro-batch
/// is what that costs. Source: Linux, <c>/proc/vmstat</c> (<c>oom_kill</c>, since 4.13; cgroup kills are counted), 2026-11.
/// </summary>
internal static class OutOfMemoryKills
{
    private const string Field = "oom_kill ";

    /// <summary>null where the system does not tell.</summary>
    public static long? Count()
    {
        try
        {
            var line = File.ReadLines("/proc/vmstat").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            return line is null ? null : long.Parse(line[Field.Length..], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
