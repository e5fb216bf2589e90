namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>One entry of a SentencePiece vocabulary.</summary>
internal sealed record SentencePiece(byte[] Text, float Score, TokenKind Kind);
