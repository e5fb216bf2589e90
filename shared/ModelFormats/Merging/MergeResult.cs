namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>What a merge made.</summary>
/// <param name="Folder">The merged model.</param>
/// <param name="Files">Names of all its files.</param>
/// <param name="TensorsMerged">Weights that the adapter changed.</param>
/// <param name="TensorsTotal">Weights of the model.</param>
public sealed record MergeResult(string Folder, IReadOnlyList<string> Files, int TensorsMerged, int TensorsTotal);
