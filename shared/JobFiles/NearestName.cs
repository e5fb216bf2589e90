namespace FineTunePipeline.JobFiles;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>Capitals do not count: all keys are lower case. The known name with the smallest edit distance, if it is small against the name's length; else null.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var lower = name.ToLowerInvariant();
        var best = known.Select(candidate => (candidate, distance: Distance(lower, candidate))).OrderBy(pair => pair.distance).FirstOrDefault();
        return best.candidate is not null && best.distance <= Math.Max(2, name.Length / 3) ? best.candidate : null;
    }

    /// <summary>Insertions, deletions and replacements that turn one text into the other.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
