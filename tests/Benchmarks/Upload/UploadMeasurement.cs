namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>What is copied, where, and by whom.</summary>
/// <param name="Name">What the names of its results begin with.</param>
/// <param name="Folder">In which the copies are made.</param>
internal sealed record UploadMeasurement(string Name, UploadSource Source, UploadHost Host, string Folder, UploadContestant[] Contestants);
