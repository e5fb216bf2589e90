namespace FineTunePipeline.Tokenization.Tokenizers;

/// <summary>A model's tokenizer. Safe for use by several threads; load once and keep, dispose at the end (native memory).</summary>
public interface ITextTokenizer : IDisposable
{
    /// <summary>Highest token id plus one: what the embedding must have rows for. Added tokens count.</summary>
    int VocabularySize { get; }

    /// <summary>Ids of the tokens that <see cref="Decode"/> leaves out when asked to.</summary>
    IReadOnlySet<int> SpecialIds { get; }

    /// <summary>Ids of a text. No special token is added; special tokens written inside of the text are recognised. An empty text has no ids.</summary>
    /// <exception cref="TokenizerInputException">The text is too long or is not valid UTF-16.</exception>
    int[] Encode(string text);

    /// <summary>Text of ids. Unknown ids are left out; bytes that are no UTF-8 become U+FFFD (for streams see <see cref="StreamingDecoder"/>).</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);

    /// <summary>The id of exactly this token (as written in the vocabulary), null if there is none.</summary>
    int? TokenToId(string token);

    /// <summary>The token as written in the vocabulary, null if the id is unknown.</summary>
    string? IdToToken(int id);
}
