using System.Text.Json;
using FineTunePipeline.Artifacts.Models;
using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>
/// Estimates memory of training and disk of the whole job, rather too high than too low: a job that is refused costs a minute, one that dies at its end
/// costs a day.
/// The trainer of this installation computes in 32 bits per value.
/// </summary>
/// <param name="MemoryBytes">Of the trainer at its peak.</param>
/// <param name="DiskBytes">Of store and host together.</param>
internal sealed record ResourceEstimate(long MemoryBytes, long DiskBytes)
{
    private const long Float = 4;
    private const long RuntimeBytes = 400L << 20;

    /// <summary>
    /// Values per token and layer that the backward pass keeps, in multiples of the hidden size: inputs and outputs of norms, projections and the residual.
    /// </summary>
    private const long KeptHidden = 10;

    /// <summary>The same in multiples of the intermediate size: gate, up, their product and its gradient.</summary>
    private const long KeptIntermediate = 4;

    /// <summary>Weight, gradient and both moments of AdamW.</summary>
    private const long TrainedCopies = 4;

    public static ResourceEstimate Of(JobSpec spec, ModelFacts model, TokenFacts? tokens)
    {
        var trained = TrainedParameters(spec, model);
        return new ResourceEstimate(Memory(spec, model, tokens, trained), Disk(spec, model, trained));
    }

    private static long TrainedParameters(JobSpec spec, ModelFacts model)
    {
        if (spec.Method == FineTuningMethod.Full)
        {
            return model.Parameters;
        }

        if (spec.Method == FineTuningMethod.Freeze)
        {
            var trained = Math.Min(model.Config.Layers, FreezeLayers(spec));
            return Math.Max(1, model.Parameters * trained / model.Config.Layers);
        }

        // An adapter has (rows + columns) x rank values; taken for every matrix of a layer, whatever lora_target names.
        var c = model.Config;
        var edges = (c.Hidden + c.Queries) * 2 + (c.Hidden + c.Keys) * 2 + (c.Hidden + c.Intermediate) * 3;
        return c.Layers * edges * spec.Hyperparameters.LoraRank;
    }

    /// <summary>All of them where the job asks for more than layers, so that it is rather too much.</summary>
    private static long FreezeLayers(JobSpec spec)
    {
        const int llamaFactorysDefault = 2;
        var said = spec.Llamafactory.GetValueOrDefault("freeze_trainable_layers");
        return spec.Llamafactory.ContainsKey("freeze_extra_modules") ? long.MaxValue
            : said.ValueKind == JsonValueKind.Number && said.TryGetInt32(out var layers) ? Math.Abs((long)layers)
            : llamaFactorysDefault;
    }

    private static long Memory(JobSpec spec, ModelFacts model, TokenFacts? tokens, long trained)
    {
        var c = model.Config;

        // What is packed, or was not counted, may fill the whole length.
        var longest = TrainingPlan.Packs(spec) || tokens is null ? spec.Hyperparameters.CutoffLen : Math.Max(1, tokens.MaxTokens);
        var length = Math.Min(spec.Hyperparameters.CutoffLen, longest);
        var batch = (long)spec.Hyperparameters.PerDeviceTrainBatchSize;
        var perToken = (c.Layers * ((KeptHidden * c.Hidden) + (KeptIntermediate * c.Intermediate) + (2 * c.Heads * length))) + (3 * c.Vocabulary);

        // A pair is computed as two samples at once; a marked answer beside one that it is compared with.
        var compares = spec.Stage is TrainingStage.Dpo or TrainingStage.Kto;
        var activations = batch * length * perToken * Float * (compares ? 2 : 1);

        // Beside an adapter the weights stay as they were, and are compared with; whole weights need a copy for that.
        var weights = spec.Method == FineTuningMethod.Full && !compares ? 0 : model.Parameters * Float;
        return RuntimeBytes + weights + (trained * TrainedCopies * Float) + activations;
    }

    private static long Disk(JobSpec spec, ModelFacts model, long trained)
    {
        const long checkpoints = 3;

        // Freeze saves the weights that stay as they were, too.
        var kept = spec.Method == FineTuningMethod.Freeze ? model.Parameters - trained : 0;
        var checkpoint = ((trained * 3) + kept) * Float;
        var merged = model.Parameters * model.Config.WeightBytes;
        var files = spec.Outputs.Gguf.Sum(type => model.Parameters * BitsPerWeight(type) / 8);
        if (spec.Outputs.Gguf.Except(["f32", "f16", "bf16", "q8_0"]).Any() && !spec.Outputs.Gguf.Contains("f16"))
        {
            files += model.Parameters * 2;
        }

        // In the store and on the host, which may be the same disk.
        return 2 * (model.Bytes + merged + files + (checkpoints * checkpoint));
    }

    private static long BitsPerWeight(string type) => type switch
    {
        "f32" => 32,
        "f16" or "bf16" => 16,
        "q8_0" => 9,
        "q6_k" => 7,
        "q5_k_m" => 6,
        _ => 5,
    };
}
