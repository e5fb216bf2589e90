namespace FineTunePipeline.CpuTrainer.Pretraining.Bpe;

/// <summary>The tokens that stand for no text. Their ids are their places in <see cref="All"/>.</summary>
internal static class SpecialTokens
{
    public const int Begin = 0;
    public const int End = 1;
    public const int User = 2;
    public const int Assistant = 3;
    public const int System = 4;

    public static readonly IReadOnlyList<string> All = ["<|bos|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>"];
}
