namespace FineTunePipeline.Tokenization.Tokenizers;

/// <summary>A model's tokenizer files cannot be used; the message says what to change.</summary>
public sealed class TokenizerLoadException(string message, Exception? inner = null) : Exception(message, inner);
