namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>
/// Reads chat samples from a JSON array or a JSONL file (told apart by the first character), streamed: memory is bounded by the largest record, 16 MB at
/// most, not by the file. Wrong records come as <see cref="DatasetProblem"/>s in between, so that a caller can count and report all of them.
/// </summary>
public static class DatasetReader
{
    /// <exception cref="InvalidDatasetException">There is no such file.</exception>
    public static IEnumerable<DatasetRecord> Read(string path, DatasetFormat format)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDatasetException(path, "there is no such file; check the path, or file_name in dataset_info.json");
        }

        return ReadFile(path, format);
    }

    /// <summary>The same from a stream, which the caller closes.</summary>
    public static IEnumerable<DatasetRecord> Read(Stream stream, DatasetFormat format)
    {
        foreach (var raw in new RecordSplitter(stream).Split())
        {
            yield return RecordParser.Parse(raw, format);
        }
    }

    private static IEnumerable<DatasetRecord> ReadFile(string path, DatasetFormat format)
    {
        using var stream = Open(path);
        foreach (var record in Read(stream, format))
        {
            yield return record;
        }
    }

    internal static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
}
