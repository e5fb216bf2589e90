using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>
/// All weights of a model folder, from <c>model.safetensors</c> or from the shards that <c>model.safetensors.index.json</c> names, as one dictionary.
/// Enumerates in the order of the shards' names, then of their headers. Threads may read at the same time.
/// </summary>
public sealed unsafe class ModelWeights : IReadOnlyDictionary<string, TensorEntry>, IDisposable
{
    public const string SingleFileName = "model.safetensors";
    public const string IndexFileName = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> _tensors = new(StringComparer.Ordinal);

    private ModelWeights(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Full paths of the weight files, in reading order.</summary>
    public IReadOnlyList<string> Files => [.. _files.Select(file => file.Path)];

    public IEnumerable<string> Keys => _tensors.Keys;

    public IEnumerable<TensorEntry> Values => _tensors.Values.Select(pair => pair.Entry);

    public int Count => _tensors.Count;

    /// <exception cref="InvalidModelFileException">There is no such tensor.</exception>
    public TensorEntry this[string key] => Find(key).Entry;

    /// <exception cref="InvalidModelFileException">No weights, a missing or damaged shard, or an index that contradicts the shards.</exception>
    public static ModelWeights OpenFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidModelFileException(folder, "there is no such model folder; check the path");
        }

        var weights = new ModelWeights(folder);
        try
        {
            var single = Path.Combine(folder, SingleFileName);
            if (File.Exists(single))
            {
                weights.Add(single);
            }
            else
            {
                weights.AddShards(Path.Combine(folder, IndexFileName));
            }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The first byte of a tensor of this model.</summary>
    public byte* Pointer(TensorEntry entry) => Find(entry.Name).File.Pointer(entry);

    /// <summary>All bytes of a tensor of less than 2 GiB.</summary>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry) => Find(entry.Name).File.Bytes(entry);

    /// <summary>A piece of a tensor; offset and length in bytes.</summary>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry, long offset, int length) => Find(entry.Name).File.Bytes(entry, offset, length);

    /// <summary>Copies a piece of a tensor by reading its file; see <see cref="SafetensorsFile.Read"/>.</summary>
    public void Read(TensorEntry entry, long offset, Span<byte> destination) => Find(entry.Name).File.Read(entry, offset, destination);

    /// <summary>Names of the tensors in one of <see cref="Files"/>, in the order of its header.</summary>
    public IEnumerable<string> NamesIn(string file) => _files.Single(candidate => candidate.Path == file).Tensors.Keys;

    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TensorEntry value)
    {
        var found = _tensors.TryGetValue(key, out var pair);
        value = found ? pair.Entry : null;
        return found;
    }

    public IEnumerator<KeyValuePair<string, TensorEntry>> GetEnumerator() =>
        _tensors.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Entry)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private (SafetensorsFile File, TensorEntry Entry) Find(string name) =>
        _tensors.TryGetValue(name, out var pair) ? pair : throw new InvalidModelFileException(Folder, $"it has no tensor '{name}'");

    private void Add(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (var (name, entry) in file.Tensors)
        {
            if (!_tensors.TryAdd(name, (file, entry)))
            {
                throw new InvalidModelFileException(path, $"tensor '{name}' is also in {_tensors[name].File.Path}; remove one of the two files");
            }
        }
    }

    private void AddShards(string indexPath)
    {
        if (!File.Exists(indexPath))
        {
            throw new InvalidModelFileException(Folder, $"it has neither {SingleFileName} nor {IndexFileName}; "
                + (Directory.EnumerateFiles(Folder, "*.bin").Any()
                    ? "convert its .bin weights to safetensors first"
                    : "check the path, or download the weights again"));
        }

        var shardOf = ShardIndex.Read(indexPath);
        foreach (var shard in shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(Folder, shard);
            if (!File.Exists(path))
            {
                throw new InvalidModelFileException(path, $"{IndexFileName} names this file, but it is missing; download it again");
            }

            Add(path);
        }

        foreach (var (name, shard) in shardOf)
        {
            if (!_tensors.TryGetValue(name, out var found) || Path.GetFileName(found.File.Path) != shard)
            {
                throw new InvalidModelFileException(Path.Combine(Folder, shard), $"{IndexFileName} says that tensor '{name}' is in this file, but it is not; "
                    + "index and shards are not of the same model: download both again");
            }
        }

        if (_tensors.Keys.FirstOrDefault(name => !shardOf.ContainsKey(name)) is { } unlisted)
        {
            throw new InvalidModelFileException(_tensors[unlisted].File.Path, $"tensor '{unlisted}' is not listed in {IndexFileName}; "
                + "index and shards are not of the same model: download both again");
        }
    }
}
