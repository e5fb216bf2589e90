namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>What is known of a usable model.</summary>
/// <param name="Folder">Where its files can be read.</param>
/// <param name="Config">Its configuration.</param>
/// <param name="Parameters">Elements of all tensors.</param>
/// <param name="Bytes">Length of all files.</param>
public sealed record ModelFacts(string Folder, ModelConfig Config, long Parameters, long Bytes);
