namespace FineTunePipeline.CpuTrainer.Pretraining.Bpe;

/// <summary>Encodes the corpus with a fresh vocabulary. Everything else in the project reads tokenizer.json with Hugging Face's own code.</summary>
internal sealed class BpeTokenizer
{
    private readonly IReadOnlyList<string> _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(string Left, string Right), int> _ranks;
    private readonly Dictionary<string, int[]> _known = [];

    public BpeTokenizer(BpeVocabulary vocabulary)
    {
        _tokens = vocabulary.Tokens;
        _ids = _tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
        _ranks = vocabulary.Merges.Select((merge, rank) => (merge, rank)).ToDictionary(pair => pair.merge, pair => pair.rank);
    }

    /// <summary>The ids of a text. Special tokens in it are not recognised: the corpus has none.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        var ids = new List<int>();
        foreach (var word in ByteLevel.Words(text))
        {
            if (!_known.TryGetValue(word, out var encoded))
            {
                _known.Add(word, encoded = EncodeWord(word));
            }

            ids.AddRange(encoded);
        }

        return ids;
    }

    /// <summary>The text of ids, without special tokens.</summary>
    public string Decode(IEnumerable<int> ids) =>
        ByteLevel.Decode(string.Concat(ids.Where(id => id >= SpecialTokens.All.Count).Select(id => _tokens[id])));

    private int[] EncodeWord(string word)
    {
        var parts = word.Select(character => character.ToString()).ToList();
        while (BestMerge(parts) is { } at)
        {
            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }

        return [.. parts.Select(part => _ids[part])];
    }

    /// <summary>The place of the earliest merge, from the left; null when none applies.</summary>
    private int? BestMerge(List<string> parts)
    {
        int? best = null;
        var bestRank = int.MaxValue;
        for (var i = 0; i + 1 < parts.Count; i++)
        {
            if (_ranks.TryGetValue((parts[i], parts[i + 1]), out var rank) && rank < bestRank)
            {
                (best, bestRank) = (i, rank);
            }
        }

        return best;
    }
}
