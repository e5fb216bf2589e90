using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Artifacts.Validate.Planning;

/// <summary>How many steps a training has, counted as transformers counts them, on one device: several cards share the samples of a step's micro-batches among them.</summary>
internal sealed record TrainingPlan
{
    /// <summary>Keys of LLaMA-Factory's after which samples and micro-batches are others than counted here.</summary>
    private static readonly string[] Regrouping = ["packing", "neat_packing", "mix_strategy", "dataloader_drop_last", "auto_find_batch_size"];

    /// <summary>Samples that are trained.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples that are kept for the evaluation loss.</summary>
    public required long HeldBack { get; init; }

    /// <summary>Samples of an optimizer step.</summary>
    public required long SamplesPerStep { get; init; }

    public required long StepsPerEpoch { get; init; }

    public required long Steps { get; init; }

    /// <summary>Why it may be another number; null: it is exact on one device.</summary>
    public string? Unsure { get; init; }

    public static TrainingPlan Of(JobSpec spec, DatasetFacts dataset)
    {
        var settings = spec.Hyperparameters;
        var most = settings.MaxSamples > 0 ? settings.MaxSamples : long.MaxValue;
        var all = dataset.SamplesByFile.Sum(samples => Math.Min(samples, most));
        var kept = settings.ValSize > 1 ? (long)settings.ValSize : (long)Math.Ceiling(all * settings.ValSize);
        var samples = Math.Max(0, all - kept);
        var batches = CeilingOf(samples, settings.PerDeviceTrainBatchSize);
        var stepsPerEpoch = CeilingOf(batches, settings.GradientAccumulationSteps);
        return new TrainingPlan
        {
            Samples = samples,
            HeldBack = Math.Min(all, kept),
            SamplesPerStep = (long)settings.PerDeviceTrainBatchSize * settings.GradientAccumulationSteps,
            StepsPerEpoch = stepsPerEpoch,
            Steps = settings.MaxSteps > 0 ? settings.MaxSteps : (long)Math.Ceiling(settings.NumTrainEpochs * stepsPerEpoch),
            Unsure = UnsureOf(spec),
        };
    }

    private static string? UnsureOf(JobSpec spec)
    {
        var keys = Regrouping.Where(key => spec.Llamafactory.GetValueOrDefault(key).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False)).ToList();
        return keys.Count > 0 ? $"llamafactory.{string.Join(", ", keys)} groups the samples in another way."
            : spec.Provider.Trainer == TrainerNames.LlamaFactory ? "With several cards there are as many times fewer, of as many times more samples."
            : null;
    }

    private static long CeilingOf(long value, long divisor) => (value + divisor - 1) / divisor;
}
