using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>A data folder's <c>dataset_info.json</c>: names of data sets with file and format, as LLaMA-Factory reads it.</summary>
public sealed class DatasetInfo
{
    public const string FileName = "dataset_info.json";
    private const long MaxBytes = 16 << 20;

    private DatasetInfo(string folder, IReadOnlyDictionary<string, DatasetFormat> datasets)
    {
        Folder = folder;
        Datasets = datasets;
    }

    public string Folder { get; }

    /// <summary>Keyed by name; those without <c>file_name</c> (hub data sets) have a null <see cref="DatasetFormat.FileName"/>.</summary>
    public IReadOnlyDictionary<string, DatasetFormat> Datasets { get; }

    /// <exception cref="InvalidDatasetException">Missing, not JSON, or an entry with a wrong value.</exception>
    public static DatasetInfo Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var document = ModelJson.Read(path, MaxBytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDatasetException(path, "it must be an object: data set name -> { file_name, formatting, columns, tags }");
            }

            var datasets = new Dictionary<string, DatasetFormat>(StringComparer.Ordinal);
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                datasets[entry.Name] = new DatasetInfoEntry(path, entry.Name, entry.Value).Read();
            }

            return new DatasetInfo(folder, datasets);
        }
        catch (InvalidModelFileException e)
        {
            throw new InvalidDatasetException(path, e.Message[(e.Path.Length + 2)..], e);
        }
    }

    /// <exception cref="InvalidDatasetException">No such name; the message has the nearest one.</exception>
    public DatasetFormat Find(string name) => Datasets.TryGetValue(name, out var format)
        ? format
        : throw new InvalidDatasetException(Path.Combine(Folder, FileName),
            $"it has no data set '{name}'{NearestColumn.Hint(name, Datasets.Keys)}; it has: {string.Join(", ", Datasets.Keys.Take(20))}");

    /// <summary>Full path of a data set's file, which is there.</summary>
    /// <exception cref="InvalidDatasetException">No such name, no file name, or no file.</exception>
    public string PathOf(string name)
    {
        var file = Find(name).FileName
            ?? throw new InvalidDatasetException(Path.Combine(Folder, FileName),
                $"data set '{name}' has no file_name; data sets from hubs are not downloaded here: save it as a file");
        var path = Path.GetFullPath(Path.Combine(Folder, file));
        return File.Exists(path)
            ? path
            : throw new InvalidDatasetException(path, $"data set '{name}' names this file in {FileName}, but there is no such file");
    }
}
