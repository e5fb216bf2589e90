namespace FineTunePipeline.Hints;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>The known name that is fewest edits away, if these are at most two or a third of the name's length; else null.</summary>
    public static string? Find(string name, IEnumerable<string> known) => Find(name, known, Math.Max(2, name.Length / 3));

    /// <summary>The known name that is fewest edits away, the first of several; null if none is within the limit.</summary>
    /// <param name="mostEdits">Insertions, deletions and replacements that turn one name into the other; upper and lower case are equal.</param>
    public static string? Find(string name, IEnumerable<string> known, int mostEdits)
    {
        string? nearest = null;
        var best = mostEdits;
        foreach (var candidate in known)
        {
            var edits = Edits(name, candidate, best);
            if (edits < best || (nearest is null && edits == best))
            {
                (nearest, best) = (candidate, edits);
            }
        }

        return nearest;
    }

    /// <summary>The edits between two names; where they are more than <paramref name="limit"/> for certain, only some number above it.</summary>
    private static int Edits(string left, string right, int limit)
    {
        // Names may come from hostile data: nobody compares two of a megabyte.
        if (Math.Abs(left.Length - right.Length) > limit)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[right.Length];
    }
}
