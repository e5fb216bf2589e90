namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>The shape of a Llama-type language model, as config.json gives it.</summary>
internal sealed record ModelConfig
{
    /// <summary>llama, mistral, qwen2 or qwen3.</summary>
    public required string ModelType { get; init; }

    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    public int MaxPositions { get; init; } = 2048;

    public double RmsNormEps { get; init; } = 1e-6;

    public double RopeTheta { get; init; } = 10000;

    public RopeScaling RopeScaling { get; init; } = RopeScaling.None;

    /// <summary>The output head is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Query, key and value projections have a bias.</summary>
    public bool QkvBias { get; init; }

    public bool OutputBias { get; init; }

    public bool MlpBias { get; init; }

    /// <summary>Queries and keys are normalised per head (Qwen 3).</summary>
    public bool QkNorm { get; init; }

    /// <summary>Tokens that a query can look back, itself included; null = all.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The first layer to which <see cref="SlidingWindow"/> applies.</summary>
    public int FirstWindowLayer { get; init; }

    public int? BosTokenId { get; init; }

    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    public int? PadTokenId { get; init; }

    /// <summary>The data type named in the file: bfloat16, float16 or float32; null = not named.</summary>
    public string? DataType { get; init; }

    /// <summary>Standard deviation of new weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    public int? WindowOf(int layer) => layer >= FirstWindowLayer ? SlidingWindow : null;

    /// <summary>Reads config.json in <paramref name="folder"/>, as transformers 4 or 5 write it.</summary>
    /// <exception cref="ModelException">no such file, no JSON, an architecture or feature that is not supported, or numbers that contradict each other</exception>
    public static ModelConfig Load(string folder) => ModelConfigReader.Read(folder);
}
