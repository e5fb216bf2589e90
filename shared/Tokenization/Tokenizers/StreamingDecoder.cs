namespace FineTunePipeline.Tokenization.Tokenizers;

/// <summary>
/// Decodes ids one by one as they are generated. A character whose bytes are spread over several tokens is held back until it is complete, so that the
/// pieces together are the text of all ids. For one stream and one thread.
/// </summary>
public sealed class StreamingDecoder(ITextTokenizer tokenizer, bool skipSpecialTokens)
{
    // A character has at most four bytes; what is longer is not going to become one.
    private const int MaxHeldTokens = 16;
    private const char Replacement = '\uFFFD';
    private readonly List<int> _window = [];
    private int _written;

    /// <summary>Text that is certain after this id; often empty.</summary>
    public string Add(int id)
    {
        // A skipped token must not stand in the window: the text after it would lose its leading space.
        if (skipSpecialTokens && tokenizer.SpecialIds.Contains(id))
            return "";
        _window.Add(id);
        return Take(isEnd: false);
    }

    /// <summary>What is still held back, with U+FFFD for incomplete characters. The decoder starts anew afterwards.</summary>
    public string Flush()
    {
        var text = _window.Count > _written ? Take(isEnd: true) : "";
        _window.Clear();
        _written = 0;
        return text;
    }

    /// <summary>The window holds the tokens of the last piece, for their effect on spaces, and those not yet written.</summary>
    private string Take(bool isEnd)
    {
        var before = tokenizer.Decode(_window.ToArray().AsSpan(0, _written), skipSpecialTokens);
        var after = tokenizer.Decode(_window.ToArray(), skipSpecialTokens);
        var mayWait = !isEnd && _window.Count - _written < MaxHeldTokens;
        if (mayWait && (after.EndsWith(Replacement) || after.Length <= before.Length))
            return "";
        var text = after.Length > before.Length ? after[before.Length..] : "";
        _window.RemoveRange(0, _written);
        _written = _window.Count;
        return text;
    }
}
