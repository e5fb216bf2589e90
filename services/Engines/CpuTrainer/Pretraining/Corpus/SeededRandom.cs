namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>
/// SplitMix64. The corpus and the committed data must come out the same on every machine and every .NET version, which System.Random does not promise.
/// </summary>
internal sealed class SeededRandom(ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    // The seed is scrambled: the state only counts up, so that near seeds would otherwise give the same numbers, a few draws apart.
    private ulong _state = Scramble(Scramble(seed + Step));

    /// <summary>0 to <paramref name="end"/> - 1.</summary>
    public int Next(int end) => (int)(((UInt128)NextBits() * (ulong)end) >> 64);

    /// <summary><paramref name="start"/> to <paramref name="end"/> - 1.</summary>
    public int Next(int start, int end) => start + Next(end - start);

    /// <summary>0 up to, but not, 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True once in <paramref name="times"/> times.</summary>
    public bool OnceIn(int times) => Next(times) == 0;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    public void Shuffle<T>(IList<T> items)
    {
        for (var last = items.Count - 1; last > 0; last--)
        {
            var other = Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    private ulong NextBits()
    {
        _state += Step;
        return Scramble(_state);
    }

    private static ulong Scramble(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
