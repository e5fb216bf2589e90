using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Conversion.Merging;

/// <summary>The model in Hugging Face layout that everything else is made of.</summary>
/// <param name="Folder">Where it lies on the host.</param>
/// <param name="Manifest">Its manifest in the store.</param>
internal sealed record MergedModel(string Folder, ArtifactReference Manifest);
