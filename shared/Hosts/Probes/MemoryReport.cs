using System.Globalization;

namespace FineTunePipeline.Hosts.Probes;

/// <summary>Reads Linux's <c>/proc/meminfo</c>. Source: proc(5), read 2026-11.</summary>
public static class MemoryReport
{
    /// <summary>Null if the text is not that.</summary>
    public static long? AvailableBytes(string text)
    {
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var fields = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is { Length: 3 } && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : null;
    }
}
