using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Evaluation.Predicting;

/// <summary>What the YAML files of all evaluation runs have in common.</summary>
internal static class TrainerConfig
{
    public static TrainerYaml For(EvaluateModel command, AskedModel model, string dataset, string outputFolder)
    {
        var yaml = QuestionYaml.For(command.Spec, model.Method, model.Folder, dataset, EvaluationFolders.Questions(command), outputFolder);
        return model.Adapter is null ? yaml : yaml.Add("adapter_name_or_path", model.Adapter);
    }
}
