using System.Text;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.UnitTests.Tokenization;

/// <summary>
/// A tokenizer in a few lines: the special tokens it is given, and else one token a byte. Like Llama 2's it can put a space before every text, which shows
/// where texts were cut.
/// </summary>
internal sealed class FakeTokenizer(IReadOnlyList<string> special, bool putsSpaceFirst = false) : ITextTokenizer
{
    public int VocabularySize => 256 + special.Count;

    public IReadOnlySet<int> SpecialIds => Enumerable.Range(256, special.Count).ToHashSet();

    public bool IsDisposed { get; private set; }

    public int[] Encode(string text)
    {
        var ids = new List<int>();
        if (text.Length > 0 && putsSpaceFirst && !special.Any(token => text.StartsWith(token, StringComparison.Ordinal)))
            text = " " + text;
        while (text.Length > 0)
        {
            var token = special.FirstOrDefault(token => text.StartsWith(token, StringComparison.Ordinal));
            var next = token?.Length ?? (char.IsHighSurrogate(text[0]) ? 2 : 1);
            ids.AddRange(token is null ? Encoding.UTF8.GetBytes(text[..next]).Select(b => (int)b) : [256 + special.ToList().IndexOf(token)]);
            text = text[next..];
        }

        return [.. ids];
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            if (id < 256)
                bytes.Add((byte)id);
            else if (!skipSpecialTokens)
                bytes.AddRange(Encoding.UTF8.GetBytes(special[id - 256]));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public int? TokenToId(string token) => special.ToList().IndexOf(token) is >= 0 and var index ? 256 + index : null;

    public string? IdToToken(int id) => id < 256 ? ((char)id).ToString() : id - 256 < special.Count ? special[id - 256] : null;

    public void Dispose() => IsDisposed = true;
}
