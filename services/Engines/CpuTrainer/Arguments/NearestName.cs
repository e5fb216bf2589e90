namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>Finds the key that was probably meant.</summary>
internal static class NearestName
{
    private const int MostEdits = 3;

    /// <summary>The closest candidate within three edits and a third of the name's length; null if none is that close.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var limit = Math.Min(MostEdits, Math.Max(1, name.Length / 3));
        return candidates
            .Select(candidate => (candidate, edits: Edits(name, candidate)))
            .Where(pair => pair.edits <= limit)
            .OrderBy(pair => pair.edits)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[right.Length];
    }
}
