namespace FineTunePipeline.CpuTrainer.Pretraining.Bpe;

/// <summary>
/// Trains a byte-level BPE: the most frequent pair of neighbours becomes a token, again and again. Pairs of equal count are taken in ordinal order of
/// their texts, so that the same texts always give the same tokenizer.
/// </summary>
internal sealed class BpeTrainer
{
    /// <summary>A pair that is rarer than this is no token, even when the vocabulary is not full.</summary>
    private const long LeastCount = 3;

    private readonly List<string> _tokens = [.. SpecialTokens.All, .. ByteLevel.Characters.Select(character => character.ToString())];
    private readonly Dictionary<string, int> _ids = [];
    private readonly List<(string Left, string Right)> _merges = [];
    private readonly List<Word> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<Word>> _places = [];

    private BpeTrainer(IEnumerable<string> texts)
    {
        for (var id = 0; id < _tokens.Count; id++)
        {
            _ids.Add(_tokens[id], id);
        }

        foreach (var (word, count) in texts.SelectMany(ByteLevel.Words).CountBy(word => word))
        {
            _words.Add(new Word([.. word.Select(character => _ids[character.ToString()])], count));
        }

        foreach (var word in _words)
        {
            Count(word, +1);
        }
    }

    /// <param name="texts">What the tokenizer will have to cover.</param>
    /// <param name="size">Tokens at most, special tokens and bytes included.</param>
    public static BpeVocabulary Train(IEnumerable<string> texts, int size)
    {
        var trainer = new BpeTrainer(texts);
        while (trainer._tokens.Count < size && trainer.MostFrequentPair() is { } pair)
        {
            trainer.Merge(pair);
        }

        return new BpeVocabulary(trainer._tokens, trainer._merges);
    }

    private (int Left, int Right)? MostFrequentPair()
    {
        (int Left, int Right)? best = null;
        var most = LeastCount - 1;
        foreach (var (pair, count) in _counts)
        {
            if (count > most || (count == most && best is { } other && IsBefore(pair, other)))
            {
                (best, most) = (pair, count);
            }
        }

        return best;
    }

    private bool IsBefore((int Left, int Right) pair, (int Left, int Right) other)
    {
        var left = string.CompareOrdinal(_tokens[pair.Left], _tokens[other.Left]);
        return left < 0 || (left == 0 && string.CompareOrdinal(_tokens[pair.Right], _tokens[other.Right]) < 0);
    }

    private void Merge((int Left, int Right) pair)
    {
        var token = _tokens[pair.Left] + _tokens[pair.Right];
        _merges.Add((_tokens[pair.Left], _tokens[pair.Right]));
        if (!_ids.TryGetValue(token, out var id))
        {
            id = _tokens.Count;
            _tokens.Add(token);
            _ids.Add(token, id);
        }

        foreach (var word in _places[pair].ToList())
        {
            Count(word, -1);
            word.Merge(pair, id);
            Count(word, +1);
        }
    }

    private void Count(Word word, int sign)
    {
        for (var i = 0; i + 1 < word.Symbols.Count; i++)
        {
            var pair = (word.Symbols[i], word.Symbols[i + 1]);
            var count = _counts.GetValueOrDefault(pair) + (sign * word.Occurrences);
            if (count == 0)
            {
                _counts.Remove(pair);
                _places.Remove(pair);
                continue;
            }

            _counts[pair] = count;
            if (!_places.TryGetValue(pair, out var places))
            {
                _places.Add(pair, places = []);
            }

            // A word that has lost the pair stays listed; merging it again changes nothing.
            places.Add(word);
        }
    }

    private sealed class Word(List<int> symbols, long occurrences)
    {
        public List<int> Symbols { get; } = symbols;

        public long Occurrences { get; } = occurrences;

        public void Merge((int Left, int Right) pair, int id)
        {
            for (var i = 0; i + 1 < Symbols.Count; i++)
            {
                if (Symbols[i] == pair.Left && Symbols[i + 1] == pair.Right)
                {
                    Symbols[i] = id;
                    Symbols.RemoveAt(i + 1);
                }
            }
        }
    }
}
