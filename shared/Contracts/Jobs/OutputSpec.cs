using System.ComponentModel;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Files that a job leaves besides the adapter.</summary>
public sealed record OutputSpec
{
    [Description("Keep the merged model in Hugging Face layout.")]
    public bool Merged { get; init; } = true;

    [Description("GGUF types: f32, f16, bf16, q8_0, q6_k, q5_k_m, q4_k_m.")]
    public IReadOnlyList<string> Gguf { get; init; } = ["f16", "q8_0", "q4_k_m"];
}
