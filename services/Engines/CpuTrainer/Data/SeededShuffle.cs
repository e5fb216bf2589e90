namespace FineTunePipeline.CpuTrainer.Data;

/// <summary>
/// Orders that are a pure function of a seed and a stream number, with our own generator (SplitMix64): they are the same after a restart, on another
/// machine and with another .NET, so that a resumed training sees the samples the first one would have seen.
/// </summary>
internal static class SeededShuffle
{
    /// <summary>0 … count - 1 in a random order.</summary>
    public static int[] Permutation(int count, long seed, long stream)
    {
        var state = Mix((ulong)seed) ^ Mix((ulong)stream + 0x632BE59BD9B4E019);
        var order = Enumerable.Range(0, count).ToArray();
        for (var last = count - 1; last > 0; last--)
        {
            var chosen = Below((uint)last + 1, ref state);
            (order[last], order[chosen]) = (order[chosen], order[last]);
        }

        return order;
    }

    /// <summary>Each number below the bound is equally likely: draws that would favour some are thrown away.</summary>
    private static int Below(uint bound, ref ulong state)
    {
        var limit = ulong.MaxValue - (ulong.MaxValue % bound);
        ulong drawn;
        do
        {
            state += 0x9E3779B97F4A7C15;
            drawn = Mix(state);
        }
        while (drawn >= limit);
        return (int)(drawn % bound);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
