using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>What the YAML files of all questions to a job's model have in common, in LLaMA-Factory's keys.</summary>
public static class QuestionYaml
{
    /// <summary>Questions are short, the cutoff of the training data may be shorter still: questions are never cut below this.</summary>
    private const int LeastCutoff = 2048;

    /// <summary>Of the job's own keys for LLaMA-Factory those that say how the model is loaded and its text is made; the others are of training alone.</summary>
    private static readonly HashSet<string> ModelKeys =
    [
        "trust_remote_code", "use_fast_tokenizer", "resize_vocab", "split_special_tokens", "add_tokens", "add_special_tokens", "rope_scaling", "flash_attn",
        "quantization_bit", "quantization_method", "quantization_type", "double_quantization", "quantization_device_map", "device_map", "infer_dtype",
        "enable_thinking", "default_system", "tool_format", "bf16", "fp16", "use_unsloth", "enable_liger_kernel",
    ];

    /// <param name="modelFolder">Absolute folder of the model on the host.</param>
    /// <param name="dataset">Name of the questions in <paramref name="datasetFolder"/>'s <c>dataset_info.json</c>.</param>
    /// <param name="outputFolder">Absolute folder on the host for the answers.</param>
    public static TrainerYaml For(JobSpec spec, FineTuningMethod method, string modelFolder, string dataset, string datasetFolder, string outputFolder)
    {
        var yaml = new TrainerYaml()
            .Add("model_name_or_path", modelFolder)
            .Add("stage", "sft")
            .Add("finetuning_type", method.ToString().ToLowerInvariant())
            .Add("eval_dataset", dataset)
            .Add("dataset_dir", datasetFolder)
            .Add("cutoff_len", Math.Max(LeastCutoff, spec.Hyperparameters.CutoffLen))
            .Add("preprocessing_num_workers", 1)
            .Add("output_dir", outputFolder)
            .Add("overwrite_output_dir", true)
            .Add("report_to", "none")
            .Add("seed", spec.Hyperparameters.Seed);
        foreach (var (key, value) in spec.Llamafactory.Where(pair => ModelKeys.Contains(pair.Key)))
        {
            yaml.Add(key, value);
        }

        // Without the key LLaMA-Factory takes the template that the model's own tokenizer carries.
        return spec.Template == JobSpec.AutoTemplate ? yaml : yaml.Add("template", spec.Template);
    }

    /// <summary>The questions are answered, greedily, so that the same model says the same again.</summary>
    /// <param name="batchSize">Questions that are answered at once.</param>
    public static TrainerYaml Answered(this TrainerYaml yaml, int batchSize) => yaml
        .Add("do_predict", true)
        .Add("predict_with_generate", true)
        .Add("do_sample", false)
        .Add("per_device_eval_batch_size", batchSize);
}
