namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>Steps, learning rate and AdamW.</summary>
internal sealed record OptimizerOptions
{
    public required int BatchSize { get; init; }

    public required int Accumulation { get; init; }

    public required double Epochs { get; init; }

    /// <summary>Rules over <see cref="Epochs"/> when above 0.</summary>
    public required int MaxSteps { get; init; }

    public required double LearningRate { get; init; }

    public required string Schedule { get; init; }

    /// <summary>Steps from 1 on, a part of all steps below it. Rules over <see cref="WarmupRatio"/> when above 0.</summary>
    public required double Warmup { get; init; }

    /// <summary>Part of all steps.</summary>
    public required double WarmupRatio { get; init; }

    public required double WeightDecay { get; init; }

    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    public required double Epsilon { get; init; }

    /// <summary>0 is no clipping.</summary>
    public required double MaxGradNorm { get; init; }

    public static OptimizerOptions From(ArgumentValues values) => new()
    {
        BatchSize = values.Integer("per_device_train_batch_size"),
        Accumulation = values.Integer("gradient_accumulation_steps"),
        Epochs = values.Number("num_train_epochs"),
        MaxSteps = values.Integer("max_steps"),
        LearningRate = values.Number("learning_rate"),
        Schedule = values.Text("lr_scheduler_type"),
        Warmup = values.Number("warmup_steps"),
        WarmupRatio = values.OptionalNumber("warmup_ratio") ?? 0,
        WeightDecay = values.Number("weight_decay"),
        Beta1 = values.Number("adam_beta1"),
        Beta2 = values.Number("adam_beta2"),
        Epsilon = values.Number("adam_epsilon"),
        MaxGradNorm = values.Number("max_grad_norm"),
    };

    /// <summary>Steps in which the learning rate rises, of a run that has <paramref name="totalSteps"/>.</summary>
    public int WarmupSteps(int totalSteps) =>
        Warmup >= 1 ? (int)Math.Min(Warmup, int.MaxValue) : (int)Math.Ceiling(totalSteps * (Warmup > 0 ? Warmup : WarmupRatio));
}
