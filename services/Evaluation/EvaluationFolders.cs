using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Hosts;

namespace FineTunePipeline.Evaluation;

/// <summary>Folders of an attempt on the host.</summary>
internal static class EvaluationFolders
{
    /// <summary>Names of all runs of an attempt.</summary>
    internal static readonly string[] Runs = ["predict-base", "predict-tuned", "perplexity-base", "perplexity-tuned"];

    public static string Run(EvaluateModel command, string name) =>
        RunFolder.For(command.Prepared.Host.WorkFolder, command.JobId, "evaluate", command.Attempt, name);

    /// <summary>Questions as a data set, and the trainer's YAML files.</summary>
    public static string Questions(EvaluateModel command) => Run(command, "questions");

    /// <summary>Everything of the attempt.</summary>
    public static string Attempt(EvaluateModel command)
    {
        var any = Run(command, "x");
        return any[..any.LastIndexOf('/')];
    }
}
