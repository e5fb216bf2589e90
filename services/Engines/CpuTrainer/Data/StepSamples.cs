namespace FineTunePipeline.CpuTrainer.Data;

/// <summary>
/// Which samples belong to an optimizer step, and in which micro-batches they are computed. A pure function of seed, epoch and step.
/// Within a step the samples are sorted by length before they are dealt into micro-batches: the step's gradient is the sum over all its tokens either way, and
/// far less padding is computed.
/// </summary>
internal sealed class StepSamples
{
    /// <summary>With <c>group_by_length</c>, samples of this many steps are sorted together.</summary>
    private const int GroupedSteps = 50;

    private readonly IReadOnlyList<TokenizedSample> _samples;
    private readonly int _batchSize;
    private readonly int _perStep;
    private readonly int _seed;
    private readonly bool _shuffle;
    private readonly bool _groupByLength;
    private (int Epoch, int[] Order) _current = (-1, []);

    public StepSamples(IReadOnlyList<TokenizedSample> samples, int batchSize, int accumulation, int seed, bool shuffle, bool groupByLength)
    {
        (_samples, _batchSize, _perStep) = (samples, batchSize, checked(batchSize * accumulation));
        (_seed, _shuffle, _groupByLength) = (seed, shuffle, groupByLength);
    }

    /// <summary>The micro-batches of a step, counted from 0 within its epoch.</summary>
    public IReadOnlyList<IReadOnlyList<TokenizedSample>> Of(int epoch, int stepInEpoch)
    {
        if (_current.Epoch != epoch)
        {
            _current = (epoch, Order(epoch));
        }

        var start = stepInEpoch * _perStep;
        var chosen = _current.Order[start..Math.Min(start + _perStep, _samples.Count)].Select(index => _samples[index]).OrderBy(sample => sample.Ids.Length);
        return [.. chosen.Chunk(_batchSize)];
    }

    private int[] Order(int epoch)
    {
        if (!_shuffle)
        {
            return [.. Enumerable.Range(0, _samples.Count)];
        }

        var order = SeededShuffle.Permutation(_samples.Count, _seed, epoch);
        return _groupByLength ? Grouped(order, epoch) : order;
    }

    private int[] Grouped(int[] order, int epoch)
    {
        var steps = order
            .Chunk(_perStep * GroupedSteps)
            .SelectMany(group => group.OrderBy(index => _samples[index].Ids.Length).Chunk(_perStep))
            .ToList();

        // Only the last step of an epoch may be smaller; the others are done in a random order, or each epoch would go from short to long.
        var whole = steps.Where(step => step.Length == _perStep).ToList();
        var shuffled = SeededShuffle.Permutation(whole.Count, _seed, ~(long)epoch - 1).Select(index => whole[index]);
        return [.. shuffled.Concat(steps.Where(step => step.Length < _perStep)).SelectMany(step => step)];
    }
}
