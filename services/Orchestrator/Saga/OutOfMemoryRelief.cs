using System.Collections.Immutable;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>
/// Makes training fit: a smaller micro-batch and as many times more accumulation, which is the same global batch and so the same training; then gradient checkpointing,
/// which computes again what it does not keep, with the same result.
/// </summary>
public static class OutOfMemoryRelief
{
    /// <summary>LLaMA-Factory has gradient checkpointing on unless this key is true; our own trainer does not know it. Source: its model_utils/checkpointing.py, read 2026-11.</summary>
    private const string NoCheckpointingKey = "disable_gradient_checkpointing";

    /// <summary>Each try costs a start of the trainer: after so many halves it is one sample at once.</summary>
    private const int Halves = 3;

    /// <summary>Settings with a smaller micro-batch, or null when it is one sample already.</summary>
    /// <param name="settings">What did not fit.</param>
    /// <param name="used">How often it was made smaller before.</param>
    public static Hyperparameters? Shrink(Hyperparameters settings, int used)
    {
        var size = settings.PerDeviceTrainBatchSize;
        var times = used < Halves && size % 2 == 0 ? 2 : size;
        return size <= 1 ? null : settings with
        {
            PerDeviceTrainBatchSize = size / times,
            GradientAccumulationSteps = settings.GradientAccumulationSteps * times,
        };
    }

    /// <summary>The job says that gradient checkpointing is to be off, where the trainer knows it.</summary>
    public static bool IsCheckpointingOff(JobSpec spec) =>
        spec.Provider.Trainer == TrainerNames.LlamaFactory && spec.Llamafactory.GetValueOrDefault(NoCheckpointingKey).ValueKind == JsonValueKind.True;

    /// <summary>The job without its word that gradient checkpointing is to be off.</summary>
    public static JobSpec WithCheckpointing(JobSpec spec) =>
        spec with { Llamafactory = spec.Llamafactory.Where(pair => pair.Key != NoCheckpointingKey).ToImmutableDictionary() };

    /// <summary>What is left to a person, for people.</summary>
    public static string Advice(JobSpec spec)
    {
        var quantise = spec.Provider.Trainer == TrainerNames.LlamaFactory && spec.Method == FineTuningMethod.Lora && !spec.Llamafactory.ContainsKey("quantization_bit")
            ? ", quantise the base model (llamafactory: {quantization_bit: 4})" : "";
        return $"Lower hyperparameters.cutoff_len{(spec.Method == FineTuningMethod.Full ? ", set method to lora" : "")}{quantise}, take a smaller model, or a host with more memory.";
    }
}
