using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using FineTunePipeline.ModelFormats.Safetensors;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.UnitTests.ModelFormats;

/// <summary>Model files for these tests: the real ones of the test data, hand-made broken ones, and small folders that a test changes in one place.</summary>
internal static class ModelFiles
{
    public static string Data(params string[] parts) => Path.Combine([EnginePath.RepositoryRoot(), "tests", "TestKit", "Data", "models", .. parts]);

    /// <summary>A safetensors file of any header text and so many bytes of data.</summary>
    public static string WriteSafetensors(string path, string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Copies a model folder of the test data under another name.</summary>
    public static string Copy(string name, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(Data(name)))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    /// <summary>Changes a JSON file of a folder.</summary>
    public static void Edit(string folder, string file, Action<JsonObject> change)
    {
        var path = Path.Combine(folder, file);
        var root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(root);
        File.WriteAllText(path, root.ToJsonString());
    }

    /// <summary>Writes the weights of a folder again with some tensors changed, left out or added.</summary>
    public static void EditWeights(string folder, Func<IReadOnlyList<TensorToWrite>, IEnumerable<TensorToWrite>> change)
    {
        var path = Path.Combine(folder, "model.safetensors");
        List<TensorToWrite> tensors;
        using (var file = SafetensorsFile.Open(path))
        {
            tensors = [.. file.Tensors.Values.Select(entry => TensorToWrite.FromMemory(entry.Name, entry.Type, entry.Shape, file.Bytes(entry).ToArray()))];
        }

        SafetensorsWriter.Write(path, [.. change(tensors)]);
    }

    public static TensorToWrite Zeros(string name, params long[] shape) =>
        TensorToWrite.FromMemory(name, TensorType.BF16, shape, new byte[shape.Aggregate(2L, (product, size) => product * size)]);
}
