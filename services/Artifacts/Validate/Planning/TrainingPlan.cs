using System.Text.Json;
using FineTunePipeline.Artifacts.Validate.LlamaFactory;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Artifacts.Validate.Planning;

/// <summary>How many steps a training has, counted as transformers counts them, on one device: several cards share the samples of a step's micro-batches among them.</summary>
internal sealed record TrainingPlan
{
    /// <summary>Keys of LLaMA-Factory's after which samples and micro-batches are others than counted here.</summary>
    private static readonly string[] Regrouping = ["packing", "neat_packing", "mix_strategy", "dataloader_drop_last", "auto_find_batch_size"];

    /// <summary>Samples that are trained; blocks of tokens, where texts are joined to them.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples that are kept for the evaluation loss.</summary>
    public required long HeldBack { get; init; }

    /// <summary>Samples of an optimizer step.</summary>
    public required long SamplesPerStep { get; init; }

    public required long StepsPerEpoch { get; init; }

    public required long Steps { get; init; }

    /// <summary>Why it may be another number; null: it is exact on one device.</summary>
    public string? Unsure { get; init; }

    /// <param name="tokens">null: not counted.</param>
    public static TrainingPlan Of(JobSpec spec, DatasetFacts dataset, TokenFacts? tokens)
    {
        var settings = spec.Hyperparameters;
        var all = BlocksOf(spec, dataset, tokens) ?? TakenSamples(spec, dataset);
        var heldBack = Math.Min(all, Evaluated(settings.ValSize, all));
        var batches = CeilingOf(all - heldBack, settings.PerDeviceTrainBatchSize);
        var stepsPerEpoch = CeilingOf(batches, settings.GradientAccumulationSteps);
        return new TrainingPlan
        {
            Samples = all - heldBack,
            HeldBack = heldBack,
            SamplesPerStep = (long)settings.PerDeviceTrainBatchSize * settings.GradientAccumulationSteps,
            StepsPerEpoch = stepsPerEpoch,
            Steps = settings.MaxSteps > 0 ? settings.MaxSteps : (long)Math.Ceiling(settings.NumTrainEpochs * stepsPerEpoch),
            Unsure = UnsureOf(spec),
        };
    }

    /// <summary>Plain texts are joined and divided anew unless the job says no; chats only if it says so.</summary>
    public static bool Packs(JobSpec spec) => spec.SaysTrue("neat_packing")
        || spec.Llamafactory.GetValueOrDefault("packing").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => spec.Stage == TrainingStage.Pt,
        };

    /// <summary><c>max_samples</c> holds for each file.</summary>
    public static long TakenSamples(JobSpec spec, DatasetFacts dataset)
    {
        var most = spec.Hyperparameters.MaxSamples;
        return most > 0 ? dataset.SamplesByFile.Sum(samples => Math.Min(samples, most)) : dataset.Samples;
    }

    /// <summary>A part is rounded up. Source: datasets 4.8.5, train_test_split, read 2026-11.</summary>
    public static long Evaluated(double valSize, long samples) => valSize < 1 ? (long)Math.Ceiling(valSize * samples) : (long)valSize;

    /// <summary>null where samples stay what they are, or it is not known: chats are packed whole, into as few as fit, or tokens were not counted of what is taken.</summary>
    private static long? BlocksOf(JobSpec spec, DatasetFacts dataset, TokenFacts? tokens) =>
        Packs(spec) && spec.Stage == TrainingStage.Pt && tokens is not null && TakenSamples(spec, dataset) == dataset.Samples
            ? tokens.Tokens / spec.Hyperparameters.CutoffLen
            : null;

    private static string? UnsureOf(JobSpec spec)
    {
        var keys = Regrouping.Where(spec.Sets).ToList();
        return keys.Count > 0 ? $"llamafactory.{string.Join(", ", keys)} groups the samples in another way."
            : Packs(spec) ? "Texts are joined to blocks of cutoff_len tokens, a thousand texts at a time, and what is left over of each thousand is not used."
            : spec.Provider.Trainer == TrainerNames.LlamaFactory ? "With several cards there are as many times fewer, of as many times more samples."
            : null;
    }

    private static long CeilingOf(long value, long divisor) => (value + divisor - 1) / divisor;
}
