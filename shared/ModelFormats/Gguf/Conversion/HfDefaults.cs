namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>Values of keys that config.json leaves out.</summary>
/// <param name="MaxPositions"><c>max_position_embeddings</c>.</param>
/// <param name="KeyValueHeads"><c>num_key_value_heads</c> when the key is missing (an explicit null always means: as many as attention heads); null = the
/// same.</param>
/// <param name="HeadSize">Rule for <c>head_dim</c>.</param>
internal sealed record HfDefaults(int MaxPositions, int? KeyValueHeads, HeadSizeRule HeadSize);
