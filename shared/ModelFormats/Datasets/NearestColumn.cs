namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Guesses which of the names that are there was meant.</summary>
internal static class NearestColumn
{
    /// <summary>" (did you mean 'x'?)", or nothing when no name is close.</summary>
    public static string Hint(string wanted, IEnumerable<string> present)
    {
        var limit = Math.Max(2, wanted.Length / 3);
        var nearest = present.Select(name => (name, distance: Distance(wanted, name, limit))).Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance).FirstOrDefault();
        return nearest.name is null ? "" : $" (did you mean '{nearest.name}'?)";
    }

    private static int Distance(string left, string right, int limit)
    {
        if (Math.Abs(left.Length - right.Length) > limit)
        {
            return limit + 1;
        }

        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            previous[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var replace = previous[column - 1] + (char.ToLowerInvariant(left[row - 1]) == char.ToLowerInvariant(right[column - 1]) ? 0 : 1);
                current[column] = Math.Min(replace, 1 + Math.Min(previous[column], current[column - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
