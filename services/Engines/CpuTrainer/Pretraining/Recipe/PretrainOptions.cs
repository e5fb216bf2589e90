namespace FineTunePipeline.CpuTrainer.Pretraining.Recipe;

/// <summary>The recipe of the demo's base model. The defaults made the committed weights.</summary>
internal sealed record PretrainOptions
{
    /// <summary>Where the model folder is written.</summary>
    public required string Output { get; init; }

    /// <summary>Decides weights and corpus.</summary>
    public int Seed { get; init; } = 3;

    /// <summary>Optimizer steps.</summary>
    public int Steps { get; init; } = 3460;

    /// <summary>Steps in which the learning rate rises to its peak.</summary>
    public int WarmupSteps { get; init; } = 80;

    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Part of the peak at which the cosine ends.</summary>
    public double FinalRate { get; init; } = 0.02;

    /// <summary>AdamW's weight decay, of all weights.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>AdamW's second moment decay: short memory for a short run.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Rows of a step.</summary>
    public int Rows { get; init; } = 8;

    /// <summary>Tokens of a row.</summary>
    public int RowLength { get; init; } = 128;

    /// <summary>Tokens of the vocabulary, special tokens included.</summary>
    public int VocabularySize { get; init; } = 2304;

    /// <summary>Samples from which the tokenizer is trained.</summary>
    public int TokenizerSamples { get; init; } = 40_000;

    /// <summary>Steps between two lines of the log.</summary>
    public int LogSteps { get; init; } = 50;

    public double RateAt(int step)
    {
        var warmup = Math.Min(1, (step + 1.0) / WarmupSteps);
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * step / Steps));
        return LearningRate * warmup * (FinalRate + ((1 - FinalRate) * cosine));
    }
}
