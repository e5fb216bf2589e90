namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>A file of a base model that the pipeline needs.</summary>
/// <param name="Name">Name inside the model's folder.</param>
/// <param name="FullPath">Where its bytes are; links are resolved.</param>
/// <param name="Bytes">Length.</param>
public sealed record ModelFile(string Name, string FullPath, long Bytes);
