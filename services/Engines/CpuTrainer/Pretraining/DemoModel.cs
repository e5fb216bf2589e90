using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;

namespace FineTunePipeline.CpuTrainer.Pretraining;

/// <summary>The shape of the demo's base model: 2.4 million weights; all rows divide by 256, so that k-quants apply to each matrix.</summary>
internal static class DemoModel
{
    public const int ContextLength = 512;

    public static ModelConfig Config(int vocabularySize) => new()
    {
        ModelType = "llama",
        VocabSize = vocabularySize,
        HiddenSize = 256,
        IntermediateSize = 512,
        Layers = 3,
        Heads = 8,
        KvHeads = 4,
        HeadDim = 32,
        MaxPositions = ContextLength,
        RmsNormEps = 1e-5,
        RopeTheta = 10000,
        TieWordEmbeddings = true,
        BosTokenId = SpecialTokens.Begin,
        EosTokenIds = [SpecialTokens.End],
        PadTokenId = SpecialTokens.End,
        DataType = "bfloat16",
    };
}
