using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary>Options that several verbs share.</summary>
internal static class CommonOptions
{
    public static readonly VerbOption Threads = new("threads", "N", "threads that compute; default and most: the cores of this computer");
    public static readonly VerbOption Template = new("template", "FILE", "a Jinja chat template to use instead of the file's own");
    public static readonly VerbOption Raw = new("raw", null, "continues the prompt as plain text, without a chat template");

    public static VerbOption MaxTokens(int otherwise) => new("max-tokens", "N", $"most tokens of an answer; default {otherwise}");

    public static void UseThreads(VerbArguments arguments)
    {
        var cores = Environment.ProcessorCount;
        LlamaRuntime.Threads = Math.Min(arguments.Integer("threads", cores, 1, 1024), cores);
    }
}
