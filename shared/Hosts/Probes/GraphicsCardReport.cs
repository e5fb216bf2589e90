using System.Globalization;

namespace FineTunePipeline.Hosts.Probes;

/// <summary>
/// Reads lines of <c>nvidia-smi --format=csv,noheader,nounits</c>. Source: its <c>--help-query-gpu</c> and <c>--help-query-compute-apps</c>, 2026-11: fields
/// end with a comma and a space, memory is in MiB, a value that the driver does not tell is <c>[N/A]</c> or <c>[Not Supported]</c>.
/// </summary>
public static class GraphicsCardReport
{
    /// <summary>What to ask for with <c>--query-gpu=</c>.</summary>
    public const string CardFields = "name,memory.total,memory.free,driver_version";

    /// <summary>What to ask for with <c>--query-compute-apps=</c>.</summary>
    public const string ProcessFields = "pid,process_name,used_memory";

    private const int MebibyteBits = 20;

    /// <summary>Cards by their order in the host; lines that are none are left out.</summary>
    public static IReadOnlyList<GraphicsCard> Cards(string text) => [.. Rows(text)
        .Where(row => row.Length >= 4)
        .Select(row => Number(row[^3]) is { } total && Number(row[^2]) is { } free
            ? new GraphicsCard(string.Join(", ", row[..^3]), total << MebibyteBits, free << MebibyteBits, row[^1])
            : null)
        .OfType<GraphicsCard>()];

    /// <summary>Who computes on the cards: <c>1234 python (20480 MiB)</c>.</summary>
    public static IReadOnlyList<string> Processes(string text) => [.. Rows(text)
        .Where(row => row.Length >= 3 && Number(row[0]) is not null)
        .Select(row => $"{row[0]} {string.Join(", ", row[1..^1])} ({(Number(row[^1]) is { } used ? $"{used} MiB" : "memory unknown")})")];

    /// <summary>Names may hold a comma; they are what lies between the other fields.</summary>
    private static IEnumerable<string[]> Rows(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(',', StringSplitOptions.TrimEntries));

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
