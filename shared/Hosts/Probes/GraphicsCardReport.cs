using System.Globalization;
using FineTunePipeline.Contracts.Train;

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

    /// <summary>What to ask for with <c>--query-gpu=</c>, to learn how busy the cards are.</summary>
    public const string UseFields = "memory.used,memory.total,utilization.gpu";

    private const int MebibyteBits = 20;

    /// <summary>Cards by their order in the host; lines that are none are left out.</summary>
    public static IReadOnlyList<GraphicsCard> Cards(string text) => [.. Rows(text)
        .Where(row => row.Length >= 4)
        .Select(row => Number(row[^3]) is { } total && Number(row[^2]) is { } free
            ? new GraphicsCard(string.Join(", ", row[..^3]), total << MebibyteBits, free << MebibyteBits, row[^1])
            : null)
        .OfType<GraphicsCard>()];

    /// <summary>All cards together. A value that one of them does not tell is not told of all; null: nothing is told of any.</summary>
    public static CardUse? Use(string text)
    {
        var cards = Rows(text).Where(row => row.Length == 3).Select(row => row.Select(Number).ToArray()).Where(row => row.Any(value => value is not null)).ToList();
        return cards.Count == 0
            ? null
            : new CardUse
            {
                Cards = cards.Count,
                Percent = cards.TrueForAll(row => row[2] is not null) ? (int)Math.Round(cards.Average(row => row[2]!.Value)) : null,
                UsedBytes = Sum(cards, 0),
                TotalBytes = Sum(cards, 1),
            };
    }

    /// <summary>Memory of a card, for people.</summary>
    public static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");

    /// <summary>Who computes on the cards: <c>1234 python (20480 MiB)</c>.</summary>
    public static IReadOnlyList<string> Processes(string text) => [.. Rows(text)
        .Where(row => row.Length >= 3 && Number(row[0]) is not null)
        .Select(row => $"{row[0]} {string.Join(", ", row[1..^1])} ({(Number(row[^1]) is { } used ? $"{used} MiB" : "memory unknown")})")];

    /// <summary>Names may hold a comma; they are what lies between the other fields.</summary>
    private static IEnumerable<string[]> Rows(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(',', StringSplitOptions.TrimEntries));

    private static long? Sum(List<long?[]> cards, int field) =>
        cards.TrueForAll(row => row[field] is not null) ? cards.Sum(row => row[field]!.Value) << MebibyteBits : null;

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
