using System.Globalization;

namespace FineTunePipeline.Hosts.Probes;

/// <summary>Reads <c>df -Pk</c>. Source: POSIX df, read 2026-11: a heading, then device, 1024-blocks, used, available, capacity, mount point.</summary>
public static class DiskReport
{
    /// <summary>Null if the text is not df's.</summary>
    public static long? FreeBytes(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length < 2)
        {
            return null;
        }

        // Device and mount point may hold spaces: the fields are counted from the capacity, which alone ends in a percent sign.
        var fields = lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var capacity = Array.FindIndex(fields, field => field.EndsWith('%'));
        return capacity > 0 && long.TryParse(fields[capacity - 1], NumberStyles.None, CultureInfo.InvariantCulture, out var blocks) ? blocks * 1024 : null;
    }
}
