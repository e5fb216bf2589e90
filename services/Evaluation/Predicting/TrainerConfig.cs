using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Evaluation.Predicting;

/// <summary>What the YAML files of all evaluation runs have in common.</summary>
internal static class TrainerConfig
{
    /// <summary>Questions are short, the cutoff of the training data may be shorter still: questions are never cut below this.</summary>
    private const int LeastCutoff = 2048;

    public static TrainerYaml For(EvaluateModel command, AskedModel model, string dataset, string outputFolder)
    {
        var yaml = new TrainerYaml()
            .Add("model_name_or_path", model.Folder)
            .Add("stage", "sft")
            .Add("finetuning_type", model.Method.ToString().ToLowerInvariant())
            .Add("eval_dataset", dataset)
            .Add("dataset_dir", EvaluationFolders.Questions(command))
            .Add("cutoff_len", Math.Max(LeastCutoff, command.Spec.Hyperparameters.CutoffLen))
            .Add("preprocessing_num_workers", 1)
            .Add("output_dir", outputFolder)
            .Add("overwrite_output_dir", true)
            .Add("report_to", "none")
            .Add("seed", command.Spec.Hyperparameters.Seed);
        if (model.Adapter is not null)
        {
            yaml.Add("adapter_name_or_path", model.Adapter);
        }

        // Without the key LLaMA-Factory takes the template that the model's own tokenizer carries.
        return command.Spec.Template == JobSpec.AutoTemplate ? yaml : yaml.Add("template", command.Spec.Template);
    }
}
