using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>
/// The template names that our engines know. Kept here because services do not load the tokenizer library; a test holds the list to the engines' own.
/// </summary>
public static class ChatTemplateNames
{
    /// <summary>Writes the conversation without any mark.</summary>
    public const string Empty = "empty";

    public static IReadOnlyList<string> All { get; } =
        [JobSpec.AutoTemplate, "default", Empty, "chatml", "qwen", "qwen3", "qwen3_nothink", "llama2", "llama3", "mistral"];
}
