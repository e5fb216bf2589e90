using System.Text;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>The vocabulary as GGUF stores it: for each id its text (bytes), kind and score.</summary>
internal sealed class TokenTable
{
    private readonly byte[][] _tokens;
    private readonly TokenKind[] _kinds;
    private readonly float[]? _scores;
    private readonly float _unusedScore;

    /// <param name="size">The embedding's rows; ids that nothing fills become [PADn], unused.</param>
    /// <param name="unusedScore">Score of ids that nothing fills; null for vocabularies without scores.</param>
    public TokenTable(int size, float? unusedScore)
    {
        _tokens = new byte[size][];
        _kinds = new TokenKind[size];
        _unusedScore = unusedScore ?? 0;
        _scores = unusedScore is null ? null : new float[size];
    }

    public int Size => _tokens.Length;

    public bool Has(int id) => _tokens[id] is not null;

    public TokenKind KindOf(int id) => _kinds[id];

    public void Set(int id, byte[] text, TokenKind kind, float score = 0)
    {
        _tokens[id] = text;
        _kinds[id] = kind;
        if (_scores is not null)
        {
            _scores[id] = score;
        }
    }

    public void Set(int id, string text, TokenKind kind, float score = 0) => Set(id, Encoding.UTF8.GetBytes(text), kind, score);

    public void AddTo(GgufMetadata metadata)
    {
        for (var id = 0; id < Size; id++)
        {
            if (!Has(id))
            {
                Set(id, $"[PAD{id}]", TokenKind.Unused, _unusedScore);
            }
        }

        metadata.Add("tokenizer.ggml.tokens", _tokens);
        if (_scores is not null)
        {
            metadata.Add("tokenizer.ggml.scores", _scores);
        }

        metadata.Add("tokenizer.ggml.token_type", Array.ConvertAll(_kinds, kind => (int)kind));
    }
}
