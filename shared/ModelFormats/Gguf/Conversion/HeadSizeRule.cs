namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>What a missing <c>head_dim</c> means.</summary>
internal enum HeadSizeRule
{
    /// <summary>hidden_size / num_attention_heads, also written to the metadata.</summary>
    Divide,

    /// <summary>The same, but the metadata stays without it.</summary>
    DivideUnwritten,

    /// <summary>128.</summary>
    Fixed128,
}
