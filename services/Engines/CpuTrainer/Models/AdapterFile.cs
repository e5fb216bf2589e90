using System.Text.Json;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Merging;
using FineTunePipeline.ModelFormats.Safetensors;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>LoRA adapters in the format of PEFT: adapter_model.safetensors and adapter_config.json.</summary>
internal static class AdapterFile
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes both files into an existing folder, each under a temporary name first; the configuration last.</summary>
    /// <param name="baseModel">what the configuration names as the base model</param>
    public static void Save(Lora lora, string folder, string baseModel)
    {
        SafetensorsWriter.Write(
            Path.Combine(folder, AdapterConfig.WeightsFileName), [.. lora.Parameters.Select(p => TensorBytes.ToWrite(p.Name, p.Tensor, ScalarType.Float32))]);

        var path = Path.Combine(folder, AdapterConfig.FileName);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, Config(lora, baseModel), Layout);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Attaches an adapter to the model that it was trained on.</summary>
    /// <exception cref="ModelException">the adapter is damaged, of a kind that is not supported, or of another model</exception>
    public static Lora Load(CausalLm model, string folder)
    {
        try
        {
            var config = AdapterConfig.Load(folder);
            using var file = SafetensorsFile.Open(Path.Combine(folder, AdapterConfig.WeightsFileName));
            var targets = Targets(file);
            CheckNames(model, file, targets);
            var settings = new LoraSettings
            {
                Rank = config.Rank,
                Alpha = config.Alpha,
                Dropout = config.Dropout,
                RankStabilised = config.RankStabilised,
                Targets = targets,
            };
            using var scope = NewDisposeScope();
            return Lora.Attach(model, settings, (projection, rank) => Pair(file, projection, rank));
        }
        catch (Exception e) when (e is InvalidModelFileException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"The adapter cannot be used: {e.Message}", e);
        }
    }

    private static (Tensor A, Tensor B) Pair(SafetensorsFile file, Projection projection, int rank)
    {
        var (outputs, inputs) = (projection.Weight.shape[0], projection.Weight.shape[1]);
        return (Matrix(".lora_A.weight", rank, inputs), Matrix(".lora_B.weight", outputs, rank));

        Tensor Matrix(string suffix, long rows, long columns)
        {
            var name = Lora.Prefix + projection.Name + suffix;
            if (!file.Tensors.TryGetValue(name, out var entry))
                throw new InvalidModelFileException(file.Path, $"tensor {name} is missing: every layer of the model needs its pair");
            if (!entry.Shape.SequenceEqual([rows, columns]))
                throw new InvalidModelFileException(file.Path, $"tensor {name} has shape [{string.Join(", ", entry.Shape)}], but this model needs [{rows}, {columns}]; use the model that it was trained on");
            return TensorBytes.Read(file, name, ScalarType.Float32);
        }
    }

    /// <summary>From the file's names: the configuration may give a pattern instead of a list.</summary>
    private static List<string> Targets(SafetensorsFile file) =>
        [.. Lora.TargetNames.Where(target => file.Tensors.Keys.Any(name => name.Contains($".{target}.lora_", StringComparison.Ordinal)))];

    private static void CheckNames(CausalLm model, SafetensorsFile file, List<string> targets)
    {
        var expected = model.Layers.SelectMany(layer => layer.Projections)
            .Where(p => targets.Any(target => p.Name.EndsWith($".{target}", StringComparison.Ordinal)))
            .SelectMany(p => new[] { $"{Lora.Prefix}{p.Name}.lora_A.weight", $"{Lora.Prefix}{p.Name}.lora_B.weight" })
            .ToHashSet(StringComparer.Ordinal);
        if (file.Tensors.Keys.FirstOrDefault(name => !expected.Contains(name)) is { } stranger)
            throw new InvalidModelFileException(file.Path, $"tensor {stranger} belongs to no linear layer of this model; use the model that it was trained on");
        if (file.Tensors.Count == 0)
            throw new InvalidModelFileException(file.Path, "it holds no tensors");
    }

    private static SortedDictionary<string, object?> Config(Lora lora, string baseModel) => new(StringComparer.Ordinal)
    {
        ["alpha_pattern"] = new Dictionary<string, int>(),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = baseModel,
        ["bias"] = "none",
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layers_pattern"] = null,
        ["layers_to_transform"] = null,
        ["lora_alpha"] = Number(lora.Settings.EffectiveAlpha),
        ["lora_dropout"] = lora.Settings.Dropout,
        ["modules_to_save"] = null,
        ["peft_type"] = "LORA",
        ["r"] = lora.Settings.Rank,
        ["rank_pattern"] = new Dictionary<string, int>(),
        ["revision"] = null,
        ["target_modules"] = lora.Targets,
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = lora.Settings.RankStabilised,
    };

    /// <summary>PEFT has whole numbers here.</summary>
    private static object Number(double value) => value == Math.Floor(value) && Math.Abs(value) < int.MaxValue ? (int)value : value;
}
