using System.Globalization;

namespace FineTunePipeline.Hosts.Probes;

/// <summary>
/// Reads how much memory a container may still take: on a rented host <c>/proc/meminfo</c> tells of the whole machine. Source: the kernel's cgroup-v2 and
/// memory-v1 documents, read 2026-11.
/// </summary>
public static class ControlGroupReport
{
    /// <summary>
    /// A script for sh that prints limit, use and the page cache in that use, one per line, of version 2 or 1; nothing where there is no limit to read.
    /// </summary>
    public const string Script = """
        cd /sys/fs/cgroup 2>/dev/null || exit 0
        if [ -r memory.max ]; then cat memory.max memory.current; sed -n 's/^inactive_file //p' memory.stat
        elif cd memory 2>/dev/null; then cat memory.limit_in_bytes memory.usage_in_bytes; sed -n 's/^total_inactive_file //p' memory.stat
        fi 2>/dev/null
        """;

    /// <summary>Null without a limit.</summary>
    public static long? AvailableBytes(string text)
    {
        var numbers = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (long?)null)
            .ToList();

        // Without a limit version 2 writes "max", and version 1 a number near 2^63, with which no other memory is ever less.
        return numbers is [{ } limit, { } used, ..] ? Math.Max(0, limit - Math.Max(0, used - (numbers.ElementAtOrDefault(2) ?? 0))) : null;
    }
}
