using System.ComponentModel;
using System.Text.Json.Serialization;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Training settings; each name, unit and default is LLaMA-Factory's unless it says otherwise.</summary>
public sealed record Hyperparameters
{
    [Description("Peak learning rate. Default 1e-4, LLaMA-Factory's example for LoRA.")]
    public double LearningRate { get; init; } = 1e-4;

    [Description("Passes over the data. Ignored when max_steps is above 0.")]
    public double NumTrainEpochs { get; init; } = 3;

    [Description("Optimizer steps in all; -1 lets num_train_epochs decide.")]
    public int MaxSteps { get; init; } = -1;

    [Description("Samples a device works on at once (micro-batch).")]
    public int PerDeviceTrainBatchSize { get; init; } = 1;

    [Description("Micro-batches whose gradients make one optimizer step.")]
    public int GradientAccumulationSteps { get; init; } = 8;

    [Description("cosine, linear, constant or constant_with_warmup.")]
    public string LrSchedulerType { get; init; } = "cosine";

    [Description("Part of all steps (0 to 1) in which the learning rate rises to its peak.")]
    public double WarmupRatio { get; init; } = 0.1;

    [Description("AdamW's weight decay.")]
    public double WeightDecay { get; init; }

    [Description("AdamW's first moment decay.")]
    public double AdamBeta1 { get; init; } = 0.9;

    [Description("AdamW's second moment decay.")]
    public double AdamBeta2 { get; init; } = 0.999;

    [Description("Gradients are clipped to this norm; 0 switches clipping off.")]
    public double MaxGradNorm { get; init; } = 1.0;

    [Description("Tokens of a sample that are used; longer ones are cut and counted in the report.")]
    public int CutoffLen { get; init; } = 2048;

    [Description("Samples used at most; 0 is all.")]
    public int MaxSamples { get; init; }

    [Description("Learn the questions too, not only the answers.")]
    public bool TrainOnPrompt { get; init; }

    [Description("Part (below 1) or number (from 2) of samples kept for the evaluation loss.")]
    public double ValSize { get; init; }

    [Description("Rank of the adapters.")]
    public int LoraRank { get; init; } = 8;

    [Description("Scale of the adapters; 0 is twice the rank.")]
    public int LoraAlpha { get; init; }

    [Description("Dropout before the adapters (0 to 1).")]
    public double LoraDropout { get; init; }

    [Description("Modules that get an adapter: all, or names separated by commas.")]
    public string LoraTarget { get; init; } = "all";

    [Description("Seed of data order, initialisation and dropout.")]
    public int Seed { get; init; } = 42;

    [Description("Optimizer steps between two lines of the training log.")]
    public int LoggingSteps { get; init; } = 5;

    [Description("Optimizer steps between two checkpoints: what is lost at most when a host is taken.")]
    public int SaveSteps { get; init; } = 100;

    [Description("Evaluations (one with each checkpoint) in a row without a lower evaluation loss, after which the training ends; 0 is never. Needs val_size and the trainer llamafactory.")]
    public int EarlyStoppingSteps { get; init; }

    [Description("The result is the checkpoint with the lowest evaluation loss, not the last one. Needs val_size and the trainer llamafactory.")]
    public bool LoadBestModelAtEnd { get; init; }

    [Description("Samples of like length go into one micro-batch.")]
    public bool GroupByLength { get; init; }

    /// <summary>The evaluation loss decides what the result is.</summary>
    [JsonIgnore]
    public bool WatchesEvaluationLoss => EarlyStoppingSteps > 0 || LoadBestModelAtEnd;
}
