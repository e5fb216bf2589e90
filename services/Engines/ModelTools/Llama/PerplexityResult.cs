namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Perplexity of a text.</summary>
/// <param name="Tokens">Tokens that were judged.</param>
internal sealed record PerplexityResult(double Perplexity, double StandardError, int Tokens, int Chunks);
