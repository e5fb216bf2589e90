using System.Text;
using FineTunePipeline.Tokenization.Tokenizers;
using LLama;
using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>llama.cpp's tokenizer behind the port that chat templates work with. Belongs to its model; disposing does nothing.</summary>
internal sealed class LlamaTokenizer : ITextTokenizer
{
    private const int MaxTextLength = 4_000_000;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly LLamaWeights _weights;
    private readonly Lazy<HashSet<int>> _specialIds;

    public LlamaTokenizer(LLamaWeights weights)
    {
        _weights = weights;
        _specialIds = new(FindSpecialIds);
    }

    public int VocabularySize => _weights.Vocab.Count;

    public IReadOnlySet<int> SpecialIds => _specialIds.Value;

    public int[] Encode(string text)
    {
        if (text.Length > MaxTextLength)
        {
            throw new TokenizerInputException($"The text has {text.Length} characters; more than {MaxTextLength} at once are not accepted.");
        }

        try
        {
            _ = StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new TokenizerInputException("The text is no valid Unicode: half of a surrogate pair stands alone.", exception);
        }

        return text.Length == 0 ? [] : [.. _weights.Tokenize(text, add_bos: false, special: true, Encoding.UTF8).Select(token => (int)token)];
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (var id in ids)
        {
            AddPiece(bytes, id, withSpecial: !skipSpecialTokens);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>llama.cpp has no such look-up: the text is encoded, and counts if it is exactly one token.</summary>
    public int? TokenToId(string token) => Encode(token) is [var id] && IdToToken(id) == token ? id : null;

    public string? IdToToken(int id) => id >= 0 && id < VocabularySize ? Decode([id], skipSpecialTokens: false) : null;

    public bool EndsGeneration(int id) => ((LLamaToken)id).IsEndOfGeneration(_weights.Vocab);

    public void Dispose()
    {
    }

    private void AddPiece(List<byte> bytes, int id, bool withSpecial)
    {
        if (id < 0 || id >= VocabularySize)
        {
            return;
        }

        Span<byte> piece = stackalloc byte[256];
        var length = (int)_weights.NativeHandle.TokenToSpan(id, piece, 0, withSpecial);
        if (length > piece.Length)
        {
            piece = new byte[length];
            length = (int)_weights.NativeHandle.TokenToSpan(id, piece, 0, withSpecial);
        }

        bytes.AddRange(piece[..length]);
    }

    private HashSet<int> FindSpecialIds() =>
        [.. Enumerable.Range(0, VocabularySize).Where(id => ((LLamaToken)id).IsControl(_weights.Vocab))];
}
