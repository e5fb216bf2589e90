namespace FineTunePipeline.Tokenization.Tokenizers;

/// <summary>A text that cannot be tokenized; the message says what to change. The tokenizer stays usable.</summary>
public sealed class TokenizerInputException(string message, Exception? inner = null) : Exception(message, inner);
