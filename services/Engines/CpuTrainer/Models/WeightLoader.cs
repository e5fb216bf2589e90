using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>Reads a model's weights after checking all names and shapes against the configuration, so that nothing is allocated for a folder that does not fit.</summary>
internal static class WeightLoader
{
    public static Dictionary<string, Tensor> Load(string folder, IReadOnlyList<WeightSpec> layout, bool tied, ScalarType compute)
    {
        using var files = Open(folder);
        Check(folder, files, layout, tied);

        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var spec in layout)
                weights[spec.Name] = TensorBytes.Read(files, spec.Name, compute);
        }
        catch
        {
            foreach (var weight in weights.Values)
                weight.Dispose();
            throw;
        }
        return weights;
    }

    private static ModelWeights Open(string folder)
    {
        try
        {
            return ModelWeights.OpenFolder(folder);
        }
        catch (Exception e) when (e is InvalidModelFileException or IOException)
        {
            throw new ModelException(e.Message, e);
        }
    }

    private static void Check(string folder, ModelWeights files, IReadOnlyList<WeightSpec> layout, bool tied)
    {
        foreach (var spec in layout)
        {
            if (!files.TryGetValue(spec.Name, out var entry))
                throw new ModelException($"{folder}: the weights lack tensor {spec.Name} {Text(spec.Shape)}, which config.json asks for.");
            if (!entry.Shape.SequenceEqual(spec.Shape))
                throw new ModelException($"{folder}: tensor {spec.Name} has shape {Text(entry.Shape)}, but config.json asks for {Text(spec.Shape)}.");
            if (entry.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
                throw new ModelException($"{folder}: tensor {spec.Name} is of type {entry.Type}; weights must be F32, F16 or BF16.");
        }

        var known = layout.Select(spec => spec.Name).ToHashSet(StringComparer.Ordinal);
        var stranger = files.Keys.FirstOrDefault(name => !known.Contains(name) && !IsDerived(name, tied));
        if (stranger is not null)
            throw new ModelException($"{folder}: the weights hold tensor {stranger}, which config.json does not ask for.");
    }

    /// <summary>Written by older tools, computed from others: the rotary frequencies, and the head when it is the embedding.</summary>
    private static bool IsDerived(string name, bool tied) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (tied && name == ModelLayout.Head);

    private static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
