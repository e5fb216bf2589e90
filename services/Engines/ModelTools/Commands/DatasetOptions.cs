using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary>Options of the verbs that read a data set.</summary>
internal static class DatasetOptions
{
    public static readonly VerbOption Model = new("model", "DIR", "the model's folder, for its tokenizer and chat template; needed");
    public static readonly VerbOption Template = new(
        "template", "T", $"a Jinja file, or one of {string.Join(", ", NamedTemplates.Names)}; default: the model's own");
    public static readonly VerbOption Cutoff = new("cutoff", "N", "longest sample in tokens, longer ones are cut as the trainer cuts them; default: no limit");

    public static string ModelOf(VerbArguments arguments) =>
        arguments.Text("model") ?? throw EngineException.Usage("--model is missing: name the model's folder.");

    public static int? CutoffOf(VerbArguments arguments) => arguments.Has("cutoff") ? arguments.Integer("cutoff", 0, 1, 1 << 24) : null;
}
