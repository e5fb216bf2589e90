using System.Globalization;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>How <c>finetune-model tokenize</c> is asked for what a job's data comes to.</summary>
public static class TokenizeArguments
{
    /// <summary>Whether our engine knows the job's template; LLaMA-Factory knows more of them.</summary>
    public static bool Can(JobSpec spec) => ChatTemplateNames.All.Contains(TemplateOf(spec));

    /// <param name="dataFile">Absolute, where the engine runs, beside the <c>dataset_info.json</c> that describes it.</param>
    /// <param name="modelFolder">Absolute, where the engine runs.</param>
    public static IReadOnlyList<string> For(JobSpec spec, string dataFile, string modelFolder)
    {
        string[] arguments = ["tokenize", dataFile, "--model", modelFolder, "--cutoff", spec.Hyperparameters.CutoffLen.ToString(CultureInfo.InvariantCulture)];
        var template = TemplateOf(spec);
        return template == JobSpec.AutoTemplate ? arguments : [.. arguments, "--template", template];
    }

    /// <summary>Plain texts need no template, and models that learn from them often carry none.</summary>
    private static string TemplateOf(JobSpec spec) => spec.Stage == TrainingStage.Pt ? ChatTemplateNames.Empty : spec.Template;
}
