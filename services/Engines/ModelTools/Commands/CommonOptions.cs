using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary>Options that several verbs share.</summary>
internal static class CommonOptions
{
    public static readonly VerbOption Threads = new(
        "threads", "N", "threads that compute, at most the cores of this computer; default: all cores, one for models below 100 million parameters");
    public static readonly VerbOption Template = new("template", "FILE", "a Jinja chat template to use instead of the file's own");
    public static readonly VerbOption Raw = new("raw", null, "continues the prompt as plain text, without a chat template");

    public static VerbOption MaxTokens(int otherwise) => new("max-tokens", "N", $"most tokens of an answer; default {otherwise}");

    public static void UseThreads(VerbArguments arguments)
    {
        if (arguments.Has("threads"))
        {
            LlamaRuntime.RequestedThreads = Math.Min(arguments.Integer("threads", 1, 1, 1024), Environment.ProcessorCount);
        }
    }
}
