using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>What <c>train</c> was asked for. Names, units and defaults are those of <see cref="ArgumentTable"/>.</summary>
internal sealed record TrainOptions
{
    public required string ModelFolder { get; init; }

    public string? AdapterFolder { get; init; }

    public required bool Lora { get; init; }

    public required int LoraRank { get; init; }

    public required int LoraAlpha { get; init; }

    public required double LoraDropout { get; init; }

    public required string LoraTarget { get; init; }

    public required DataOptions Data { get; init; }

    public required OutputOptions Output { get; init; }

    public required OptimizerOptions Optimizer { get; init; }

    public required GenerationOptions Generation { get; init; }

    public required bool DoTrain { get; init; }

    public required bool DoEval { get; init; }

    public required bool DoPredict { get; init; }

    public required bool ComputeAccuracy { get; init; }

    public required int EvalBatchSize { get; init; }

    public required Interval Evaluation { get; init; }

    public required int Seed { get; init; }

    /// <summary>bf16 or fp16 was asked for; the computation is in float32 all the same.</summary>
    public required bool AskedForHalf { get; init; }

    public required IReadOnlyList<string> KeysWithoutEffect { get; init; }

    public static TrainOptions From(ArgumentValues values)
    {
        var evaluation = Interval.From(values, "eval_strategy", "eval_steps", fallback: "logging_steps");
        var rank = values.Integer("lora_rank");
        var options = new TrainOptions
        {
            ModelFolder = values.OptionalText("model_name_or_path") ?? throw TrainerException.Value("Please provide `model_name_or_path`."),
            AdapterFolder = values.OptionalText("adapter_name_or_path"),
            Lora = values.Text("finetuning_type") == "lora",
            LoraRank = rank,
            LoraAlpha = values.OptionalInteger("lora_alpha") ?? rank * 2,
            LoraDropout = values.Number("lora_dropout"),
            LoraTarget = values.Text("lora_target"),
            Data = DataOptions.From(values),
            Output = OutputOptions.From(values),
            Optimizer = OptimizerOptions.From(values),
            Generation = GenerationOptions.From(values),
            DoTrain = values.Flag("do_train"),
            DoEval = values.Flag("do_eval") || evaluation.Unit != IntervalUnit.Never,
            DoPredict = values.Flag("do_predict"),
            ComputeAccuracy = values.Flag("compute_accuracy"),
            EvalBatchSize = values.Integer("per_device_eval_batch_size"),
            Evaluation = evaluation,
            Seed = values.Integer("seed"),
            AskedForHalf = values.Flag("bf16") || values.Flag("fp16"),
            KeysWithoutEffect = values.WithoutEffect,
        };
        options.Check(values);
        return options;
    }

    /// <summary>Combinations that cannot be done, in LLaMA-Factory's words where it refuses them too.</summary>
    private void Check(ArgumentValues values)
    {
        if (!DoTrain && !DoEval && !DoPredict)
        {
            throw TrainerException.Value("Nothing to do: set do_train, do_eval or do_predict to true.");
        }

        if (DoTrain && Data.TrainSets.Count == 0)
        {
            throw TrainerException.Value("Please specify dataset for training.");
        }

        if ((DoEval || DoPredict) && Data.EvalSets.Count == 0 && Data.ValSize <= 0)
        {
            throw TrainerException.Value("Please make sure eval_dataset be provided or val_size >1e-6");
        }

        if (Data.EvalSets.Count > 0 && Data.ValSize > 0)
        {
            throw TrainerException.Value("Cannot specify `val_size` if `eval_dataset` is not None.");
        }

        if (DoPredict && !values.Flag("predict_with_generate"))
        {
            throw TrainerException.Value("Please enable `predict_with_generate` to save model predictions.");
        }

        if (values.Flag("bf16") && !values.Flag("use_cpu"))
        {
            throw TrainerException.Value("Your setup doesn't support bf16/gpu. You need to assign use_cpu if you want to train the model on CPU.");
        }

        if (!Lora && AdapterFolder is not null && DoTrain)
        {
            throw TrainerException.Value("Adapter is only valid for the LoRA method.");
        }
    }
}
