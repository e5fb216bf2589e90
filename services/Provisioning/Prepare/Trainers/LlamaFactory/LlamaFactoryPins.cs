namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>Which versions go together. Sources, with what is known of each: docs/llamafactory.md.</summary>
internal static class LlamaFactoryPins
{
    /// <summary>Of LLaMA-Factory.</summary>
    public const string Version = "0.9.5";

    /// <summary>Of PyTorch, where the host has none: its wheels bring CUDA 12.8.</summary>
    public const string Torch = "2.8.0";

    /// <summary>Oldest PyTorch that LLaMA-Factory takes.</summary>
    public const string OldestTorch = "2.4";

    /// <summary>Without these its predictions do not run: requirements/metrics.txt of LLaMA-Factory.</summary>
    private static readonly string[] Metrics = ["nltk", "jieba", "rouge-chinese"];

    /// <summary>Each within what 0.9.5 declares. 5.6.0 of transformers breaks its attention on cards.</summary>
    private static readonly string[] OfThisVersion =
    [
        "transformers==5.5.0", "datasets==4.0.0", "accelerate==1.11.0", "peft==0.18.1", "trl==0.24.0", "torchdata==0.11.0", "gradio==5.50.0", "rouge-chinese==1.0.3",
    ];

    /// <summary>PyTorch's own companions: one of another version would not load.</summary>
    private static readonly string[] OfThisTorch = ["torchvision==0.23.0", "torchaudio==2.8.0"];

    /// <summary>What pip is asked for.</summary>
    public static string Requirements(string version) => string.Join('\n', [$"llamafactory=={version}", .. Metrics]);

    /// <summary>What it may not choose freely. Another version of LLaMA-Factory declares its own limits.</summary>
    public static string Constraints(string version) => version == Version ? string.Join('\n', OfThisVersion) : "";

    /// <summary>What it may not choose freely where the host has no PyTorch.</summary>
    public static string TorchConstraints(string torch) => string.Join('\n', [$"torch=={torch}", .. torch == Torch ? OfThisTorch : []]);
}
