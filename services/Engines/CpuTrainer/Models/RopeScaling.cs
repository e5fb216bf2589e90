namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>How rotary positions are stretched beyond the length that a model was first trained on.</summary>
internal enum RopeKind
{
    Default,
    Linear,
    Llama3,
}

/// <summary>The parameters of <see cref="RopeKind"/>, named as in config.json; only Llama3 uses more than the factor.</summary>
internal sealed record RopeScaling(RopeKind Kind, double Factor = 1, double LowFreqFactor = 1, double HighFreqFactor = 4, int OriginalMaxPositions = 0)
{
    public static readonly RopeScaling None = new(RopeKind.Default);
}
