using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>
/// The template names that our engines know. Kept here because services do not load the tokenizer library; a test holds the list to the engines' own.
/// </summary>
internal static class ChatTemplateNames
{
    internal static readonly string[] All = [JobSpec.AutoTemplate, "default", "empty", "chatml", "qwen", "qwen3", "qwen3_nothink", "llama2", "llama3", "mistral"];
}
