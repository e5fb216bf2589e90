namespace FineTunePipeline.Tokenization.Tokenizers;

/// <summary>What a tokenizer accepts.</summary>
public sealed record TokenizerOptions
{
    /// <summary>
    /// Longest text of one call in UTF-16 characters; default one million. Longer ones cost gigabytes, and runs of about twelve million spaces end the
    /// process inside of the regex engine.
    /// </summary>
    public int MaxTextLength { get; init; } = 1_000_000;

    /// <summary>
    /// Loads tokenizers whose regular expressions are not among <see cref="KnownRegexes"/>; default true. A hostile expression can end the process (the regex
    /// engine gives up by aborting), which no check here can prevent: engines are processes of their own for that reason. Set it to
    /// false where the process must survive.
    /// </summary>
    public bool AllowUnknownRegex { get; init; } = true;
}
