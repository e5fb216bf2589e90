using static FineTunePipeline.CpuTrainer.Arguments.ArgumentKind;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>
/// Every key that the trainer understands, with the names and defaults of LLaMA-Factory 0.9.6 on transformers 5.
/// What LLaMA-Factory knows beside these is in <see cref="OtherArguments"/>.
/// </summary>
internal static class ArgumentTable
{
    private static readonly string[] Intervals = ["no", "steps", "epoch"];

    public static IReadOnlyDictionary<string, IReadOnlyList<Argument>> Groups { get; } = new Dictionary<string, IReadOnlyList<Argument>>
    {
        ["Model"] =
        [
            new("model_name_or_path", Text, null, "Folder of the base model (safetensors, config.json, tokenizer.json)."),
            new("adapter_name_or_path", Text, null, "Folder of a PEFT LoRA adapter to start from, evaluate or merge."),
            new("stage", Text, "sft", "Supervised fine-tuning.") { Choices = ["sft"] },
            new("finetuning_type", Text, "lora", "lora trains adapters, full trains all weights.") { Choices = ["lora", "full"] },
            new("lora_rank", Integer, 8, "Rank of the adapters.") { AtLeast = 1 },
            new("lora_alpha", Integer, null, "Scale of the adapters; twice the rank if not set.") { AtLeast = 1 },
            new("lora_dropout", Number, 0.0, "Dropout before the adapters.") { AtLeast = 0, AtMost = 1 },
            new("lora_target", Text, "all", "Linear modules that get an adapter: all, or names separated by commas."),
        ],
        ["Data"] =
        [
            new("template", Text, null, "Chat template; the model's own if not set."),
            new("dataset", Text, null, "Names in dataset_info.json, separated by commas, to train on."),
            new("eval_dataset", Text, null, "Names in dataset_info.json to evaluate or predict on."),
            new("dataset_dir", Text, "data", "Folder of dataset_info.json and of the files that it names."),
            new("cutoff_len", Integer, 2048, "Tokens of a sample that are used; longer samples are cut and counted.") { AtLeast = 1 },
            new("max_samples", Integer, null, "Samples used of each data set; all if not set.") { AtLeast = 1 },
            new("train_on_prompt", Flag, false, "Learn the prompts too, not only the answers."),
            new("val_size", Number, 0.0, "Part (below 1) or number (from 1) of the training samples kept for evaluation.") { AtLeast = 0 },
        ],
        ["Output"] =
        [
            new("output_dir", Text, null, "Folder that is written: checkpoints, logs, results and the trained weights."),
            new("overwrite_output_dir", Flag, false, "Start anew, although the folder holds checkpoints."),
            new("resume_from_checkpoint", Text, null, "Checkpoint folder to go on from; the newest complete one of output_dir if not set."),
            new("logging_strategy", Text, "steps", "When losses are logged.") { Choices = Intervals },
            new("logging_steps", Number, 500.0, "Optimizer steps between two lines of the log; below 1 a part of all steps.") { AtLeast = 0 },
            new("logging_first_step", Flag, false, "Log the first step too."),
            new("save_strategy", Text, "steps", "When checkpoints are written.") { Choices = Intervals },
            new("save_steps", Number, 500.0, "Optimizer steps between two checkpoints; below 1 a part of all steps.") { AtLeast = 0 },
            new("save_total_limit", Integer, null, "Newest checkpoints that are kept; all if not set.") { AtLeast = 1 },
            new("save_only_model", Flag, false, "Checkpoints without optimizer state; training cannot go on from them."),
            new("plot_loss", Flag, false, "Draw training_loss.svg, and training_eval_loss.svg where there is one."),
            new("report_to", Text, "none", "Only none: nothing leaves this computer.") { Choices = ["none"] },
        ],
        ["Training"] =
        [
            new("do_train", Flag, false, "Train."),
            new("per_device_train_batch_size", Integer, 8, "Samples computed at once (micro-batch).") { AtLeast = 1 },
            new("gradient_accumulation_steps", Integer, 1, "Micro-batches of one optimizer step.") { AtLeast = 1 },
            new("learning_rate", Number, 5e-5, "Peak learning rate of AdamW.") { AtLeast = 0 },
            new("num_train_epochs", Number, 3.0, "Passes over the data.") { AtLeast = 0 },
            new("max_steps", Integer, -1, "Optimizer steps in all; when above 0 it rules over num_train_epochs."),
            new("lr_scheduler_type", Text, "linear", "Course of the learning rate after the warm-up.")
                { Choices = ["linear", "cosine", "constant", "constant_with_warmup"] },
            new("warmup_ratio", Number, null, "Part of all steps in which the learning rate rises to its peak.") { AtLeast = 0, AtMost = 1 },
            new("warmup_steps", Number, 0.0, "Steps of the warm-up; below 1 a part of all steps. Rules over warmup_ratio.") { AtLeast = 0 },
            new("weight_decay", Number, 0.0, "AdamW's weight decay; biases and norms are exempt.") { AtLeast = 0 },
            new("adam_beta1", Number, 0.9, "AdamW's decay of the first moment.") { AtLeast = 0, AtMost = 0.999999999 },
            new("adam_beta2", Number, 0.999, "AdamW's decay of the second moment.") { AtLeast = 0, AtMost = 0.999999999 },
            new("adam_epsilon", Number, 1e-8, "AdamW's epsilon.") { AtLeast = 0 },
            new("max_grad_norm", Number, 1.0, "Gradients are clipped to this norm; 0 switches clipping off.") { AtLeast = 0 },
            new("optim", Text, "adamw_torch", "The optimizer.") { Choices = ["adamw_torch", "adamw_torch_fused"] },
            new("group_by_length", Flag, false, "Samples of like length go into the same step."),
            new("disable_shuffling", Flag, false, "Samples in the order of the file."),
            new("seed", Integer, 42, "Seed of initialisation, dropout and the split of val_size."),
            new("data_seed", Integer, null, "Seed of the order of the data; seed if not set."),
            new("use_cpu", Flag, false, "Accepted for the same files as LLaMA-Factory: this trainer has no other device."),
            new("bf16", Flag, false, "Accepted with use_cpu: computed in float32 all the same, which is more exact."),
            new("fp16", Flag, false, "Accepted: computed in float32 all the same."),
        ],
        ["Evaluation and prediction"] =
        [
            new("do_eval", Flag, false, "Measure the loss on eval_dataset, or on val_size of the data."),
            new("do_predict", Flag, false, "Answer the prompts of eval_dataset; needs predict_with_generate."),
            new("predict_with_generate", Flag, false, "Answers are generated."),
            new("per_device_eval_batch_size", Integer, 8, "Samples evaluated or answered at once.") { AtLeast = 1 },
            new("eval_strategy", Text, "no", "When the loss on the evaluation samples is measured in training.") { Choices = Intervals },
            new("eval_steps", Number, null, "Optimizer steps between two evaluations; logging_steps if not set.") { AtLeast = 0 },
            new("compute_accuracy", Flag, false, "Report the part of answer tokens that the model would have chosen (eval_accuracy)."),
            new("do_sample", Flag, true, "Draw answers at random; false takes the likeliest token."),
            new("temperature", Number, 0.95, "Spread of the draw.") { AtLeast = 0 },
            new("top_p", Number, 0.7, "Draw among the likeliest tokens that make up this probability.") { AtLeast = 0, AtMost = 1 },
            new("max_new_tokens", Integer, 1024, "Tokens of an answer at most.") { AtLeast = 1 },
            new("skip_special_tokens", Flag, true, "Leave special tokens out of the answers."),
        ],
        ["Export"] =
        [
            new("export_dir", Text, null, "Folder that gets the merged model."),
            new("export_size", Integer, 5, "Largest weights file in GB.") { AtLeast = 1 },
            new("export_device", Text, "cpu", "Where the merge is computed.") { Choices = ["cpu", "auto"] },
        ],
    };

    private static readonly Dictionary<string, Argument> ByName =
        Groups.Values.SelectMany(group => group).ToDictionary(argument => argument.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<Argument> All => ByName.Values;

    public static Argument? Find(string name) => ByName.GetValueOrDefault(name);
}
