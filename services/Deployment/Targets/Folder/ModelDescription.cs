namespace FineTunePipeline.Deployment.Targets.Folder;

/// <summary>What <c>finetune-model modelfile</c> prints about a GGUF file.</summary>
internal sealed record ModelDescription
{
    /// <summary>The chat template in Ollama's (Go's) template language; null if the file's own cannot be put so.</summary>
    public string? Template { get; init; }

    /// <summary>Texts that end an answer.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Context length in tokens; 0 if unknown.</summary>
    public int Context { get; init; }
}
