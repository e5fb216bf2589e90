using System.Text.RegularExpressions;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>
/// Maps the tensors of a checkpoint to those of the GGUF file, in the reference converter's order, after checking all of them against config.json.
/// </summary>
internal static partial class TensorPlan
{
    private const string RopeFrequenciesName = "rope_freqs.weight";

    // Buffers that older checkpoints carry and that are computed anyway.
    private static readonly string[] IgnoredEndings = [".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq"];

    public static List<GgufTensorToWrite> Make(HfModelConfig config, ModelWeights weights, GgufType type, List<string> warnings)
    {
        var expected = ExpectedTensors.For(config);
        Check(config, weights, expected);
        var plan = new List<GgufTensorToWrite>();
        if (RopeFrequencies.Compute(config) is { } frequencies)
        {
            plan.Add(RopeFrequencies.Tensor(RopeFrequenciesName, frequencies));
        }

        foreach (var file in weights.Files)
        {
            foreach (var name in weights.NamesIn(file).Order(StringComparer.Ordinal).Where(name => !IsIgnored(name)))
            {
                plan.Add(Tensor(config, weights, name, expected[name].GgufName, type, warnings));
            }
        }

        return plan;
    }

    private static GgufTensorToWrite Tensor(HfModelConfig config, ModelWeights weights, string name, string ggufName, GgufType type, List<string> warnings)
    {
        var entry = weights[name];
        var stored = StoredAs(ggufName, entry, type);
        if (type == GgufType.Q8_0 && stored == GgmlType.F16)
        {
            warnings.Add($"{ggufName} is stored as f16: its rows of {entry.Shape[^1]} are not a multiple of {Q8Blocks.Elements}");
        }

        var heads = !config.Architecture.PermuteRotary ? 0
            : name.Contains(".q_proj.", StringComparison.Ordinal) ? config.Heads
            : name.Contains(".k_proj.", StringComparison.Ordinal) ? config.KeyValueHeads
            : 0;
        var rows = new WeightRows(weights, entry, stored, heads);
        return new GgufTensorToWrite(ggufName, stored, entry.Shape, rows.Write);
    }

    private static GgmlType StoredAs(string ggufName, TensorEntry entry, GgufType type)
    {
        if (entry.Shape.Count <= 1 || ggufName.EndsWith("_norm.weight", StringComparison.Ordinal) || !ggufName.EndsWith(".weight", StringComparison.Ordinal))
        {
            return GgmlType.F32;
        }

        return type == GgufType.Q8_0 && entry.Shape[^1] % Q8Blocks.Elements != 0 ? GgmlType.F16 : type.TensorType();
    }

    private static void Check(HfModelConfig config, ModelWeights weights, Dictionary<string, ExpectedTensor> expected)
    {
        foreach (var (name, entry) in weights.Where(pair => !IsIgnored(pair.Key)))
        {
            if (!expected.TryGetValue(name, out var wanted))
            {
                throw Unexpected(config, name);
            }

            if (!entry.Shape.SequenceEqual(wanted.Shape))
            {
                throw new InvalidModelFileException(config.Path,
                    $"it says that '{name}' has the shape [{string.Join(", ", wanted.Shape)}], but the weights have [{string.Join(", ", entry.Shape)}]; "
                    + "config.json and weights are not of the same model: download both again");
            }

            if (!WeightConversion.CanRead(entry.Type))
            {
                throw new InvalidModelFileException(config.Folder,
                    $"tensor '{name}' is {entry.Type}; only F32, F16 and BF16 weights can be converted: save the model in bfloat16");
            }
        }

        foreach (var (name, _) in expected.Where(pair => pair.Value.Required && !weights.ContainsKey(pair.Key)))
        {
            throw new InvalidModelFileException(config.Folder, name == "lm_head.weight"
                ? "config.json says tie_word_embeddings false, but the weights have no 'lm_head.weight'; correct config.json or download the weights again"
                : $"the weights have no '{name}', which config.json ({config.Architecture.Name}, {config.Layers} layers) implies; download the weights again");
        }
    }

    private static InvalidModelFileException Unexpected(HfModelConfig config, string name)
    {
        var layer = LayerNumber().Match(name);
        if (layer.Success && (!int.TryParse(layer.Groups[1].ValueSpan, out var number) || number >= config.Layers))
        {
            return new InvalidModelFileException(config.Path,
                $"it says num_hidden_layers {config.Layers}, but the weights have layer {layer.Groups[1].Value}; "
                + "config.json and weights are not of the same model");
        }

        return new InvalidModelFileException(config.Folder, $"tensor '{name}' does not belong to a {config.Architecture.Name}; "
            + (name.Contains("lora", StringComparison.OrdinalIgnoreCase)
                ? "merge the adapter into its base model first"
                : "check that config.json names the right architecture"));
    }

    private static bool IsIgnored(string name) => IgnoredEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));

    [GeneratedRegex(@"^model\.layers\.(\d+)\.")]
    private static partial Regex LayerNumber();
}
