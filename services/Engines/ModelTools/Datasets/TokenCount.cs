using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Datasets;

/// <summary>What a data set comes to in tokens, as the trainer will see it.</summary>
internal sealed class TokenCount
{
    /// <summary>Skipped records that are named; of the rest only the number is kept.</summary>
    private const int MostNamed = 100;

    /// <summary>Lengths are counted in classes up to 1, 2, 4, … tokens.</summary>
    private readonly SortedDictionary<long, long> _histogram = [];
    private readonly List<Skipped> _skipped = [];

    public long Samples { get; private set; }

    public long Tokens { get; private set; }

    public long TrainedTokens { get; private set; }

    public long MaxTokens { get; private set; }

    public long OverCutoff { get; private set; }

    public long SkippedCount { get; private set; }

    public IReadOnlyList<Skipped> FirstSkipped => [.. _skipped.OrderBy(skipped => skipped.Line)];

    public IEnumerable<LengthClass> Histogram => _histogram.Select(entry => new LengthClass(entry.Key, entry.Value));

    public int HighestId { get; private set; } = -1;

    /// <summary>One sample, of which a pair of answers makes two examples.</summary>
    public void Add(IReadOnlyCollection<TrainingExample> examples)
    {
        var longest = examples.Max(example => example.FullLength);
        Samples++;
        Tokens += examples.Sum(example => example.Ids.Length);
        TrainedTokens += examples.Sum(example => example.Trained.Count(trained => trained));
        MaxTokens = Math.Max(MaxTokens, longest);
        OverCutoff += examples.Any(example => example.IsCut) ? 1 : 0;
        HighestId = Math.Max(HighestId, examples.Max(example => example.Ids.DefaultIfEmpty(-1).Max()));
        var upTo = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, longest));
        _histogram[upTo] = _histogram.GetValueOrDefault(upTo) + 1;
    }

    public void Skip(long line, string reason)
    {
        SkippedCount++;
        if (_skipped.Count < MostNamed)
        {
            _skipped.Add(new Skipped(line, reason));
        }
    }

    internal sealed record Skipped(long Line, string Reason);

    /// <param name="UpTo">Longest sample of this class, in tokens.</param>
    internal sealed record LengthClass(long UpTo, long Samples);
}
