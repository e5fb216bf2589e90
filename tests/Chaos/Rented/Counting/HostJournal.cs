using System.Globalization;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>The record that the engines on the hosts wrote of themselves; no service reads or writes it.</summary>
internal static class HostJournal
{
    private const int PlainFields = 8;

    /// <summary>Whole lines, the oldest first.</summary>
    public static IReadOnlyList<HostJournalLine> Read(ChaosFolder folder) =>
    [
        .. File.ReadLines(folder.Journal).Select(line => line.Split(' ')).Where(parts => parts.Length is PlainFields or PlainFields + 1)
            .Select(parts => new HostJournalLine(
                parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture), parts[4], parts[5], parts[6], parts[7],
                parts.Length > PlainFields ? int.Parse(parts[8], CultureInfo.InvariantCulture) : 0))
            .OrderBy(line => line.AtMs),
    ];
}
