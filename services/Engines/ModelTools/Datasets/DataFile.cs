using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelTools.Files;

namespace FineTunePipeline.ModelTools.Datasets;

/// <summary>A data set's file and its layout: as the dataset_info.json beside it says, else as its records show.</summary>
internal sealed record DataFile(string Path, DatasetFormat Format)
{
    /// <exception cref="InvalidDatasetException">No records, or of no known layout.</exception>
    public static DataFile Open(string path)
    {
        InputFiles.Require(path, "The data file");
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        return new DataFile(path, Described(folder, System.IO.Path.GetFileName(path)) ?? DatasetFormat.Detect(path));
    }

    private static DatasetFormat? Described(string folder, string fileName) =>
        File.Exists(System.IO.Path.Combine(folder, DatasetInfo.FileName))
            ? DatasetInfo.Load(folder).Datasets.Values.FirstOrDefault(format => format.FileName == fileName)
            : null;
}
