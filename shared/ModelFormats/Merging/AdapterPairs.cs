using System.Numerics.Tensors;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>The matrices of an adapter, checked against the base model: every pair complete, of the right shape and finite.</summary>
internal sealed class AdapterPairs
{
    private const string NamePrefix = "base_model.model.";
    private const string SuffixA = ".lora_A.weight";
    private const string SuffixB = ".lora_B.weight";

    private readonly Dictionary<string, LowRankPair> _pairs = new(StringComparer.Ordinal);

    private AdapterPairs()
    {
    }

    public static AdapterPairs None { get; } = new();

    public int Count => _pairs.Count;

    /// <summary>The pair that belongs to a weight of the base model; null when it is left as it is.</summary>
    public LowRankPair? Of(string weight) => _pairs.GetValueOrDefault(weight);

    /// <exception cref="InvalidModelFileException">The adapter is damaged or not of this base model.</exception>
    public static AdapterPairs Load(string adapterFolder, ModelWeights model)
    {
        var config = AdapterConfig.Load(adapterFolder);
        var path = Path.Combine(adapterFolder, AdapterConfig.WeightsFileName);
        if (!File.Exists(path))
        {
            throw new InvalidModelFileException(path, "the file is missing; the training that writes this adapter has not finished, or the folder is not an adapter");
        }

        using var file = SafetensorsFile.Open(path);
        if (file.Tensors.Count == 0)
        {
            throw new InvalidModelFileException(path, "it holds no tensors");
        }

        var pairs = new AdapterPairs();
        foreach (var name in file.Tensors.Keys)
        {
            if (!name.StartsWith(NamePrefix, StringComparison.Ordinal) || !(name.EndsWith(SuffixA, StringComparison.Ordinal) || name.EndsWith(SuffixB, StringComparison.Ordinal)))
            {
                throw new InvalidModelFileException(path, $"tensor '{name}' is no LoRA matrix ({NamePrefix}….lora_A.weight or .lora_B.weight)");
            }

            var module = name[NamePrefix.Length..^SuffixA.Length];
            if (!pairs._pairs.ContainsKey(module + ".weight"))
            {
                pairs._pairs[module + ".weight"] = Pair(file, module, config, model);
            }
        }

        return pairs;
    }

    private static LowRankPair Pair(SafetensorsFile file, string module, AdapterConfig config, ModelWeights model)
    {
        var a = Find(file, NamePrefix + module + SuffixA);
        var b = Find(file, NamePrefix + module + SuffixB);
        if (!model.TryGetValue(module + ".weight", out var weight))
        {
            throw new InvalidModelFileException(file.Path, $"it changes {module}.weight, which the base model {model.Folder} does not have; use the base model that it was trained on");
        }

        if (weight.Shape.Count != 2 || !a.Shape.SequenceEqual([config.Rank, weight.Shape[1]]) || !b.Shape.SequenceEqual([weight.Shape[0], config.Rank]))
        {
            throw new InvalidModelFileException(
                file.Path,
                $"{module} has A {Text(a)} and B {Text(b)} at rank {config.Rank}, but the weight of the base model {model.Folder} is {Text(weight)}; "
                + "use the base model that it was trained on");
        }

        return new LowRankPair(Values(file, a), Values(file, b), config.Rank, (int)weight.Shape[1], (float)config.Scale);
    }

    private static TensorEntry Find(SafetensorsFile file, string name) =>
        file.Tensors.TryGetValue(name, out var entry) ? entry : throw new InvalidModelFileException(file.Path, $"tensor '{name}' is missing; the adapter is damaged");

    private static float[] Values(SafetensorsFile file, TensorEntry entry)
    {
        if (!FloatCodec.Supports(entry.Type))
        {
            throw new InvalidModelFileException(file.Path, $"tensor '{entry.Name}' is of type {entry.Type}; adapters are read in F32, F16 and BF16");
        }

        var values = new float[entry.ElementCount];
        FloatCodec.Decode(entry.Type, file.Bytes(entry), values);
        if (!TensorPrimitives.IsFiniteAll<float>(values))
        {
            throw new InvalidModelFileException(file.Path, $"tensor '{entry.Name}' holds values that are not numbers; the training diverged: lower the learning rate");
        }

        return values;
    }

    private static string Text(TensorEntry entry) => $"[{string.Join(", ", entry.Shape)}]";
}
