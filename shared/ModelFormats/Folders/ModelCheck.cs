using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>Reads everything of a model but its weights' values: configuration, file headers, shapes, the tokenizer's ids.</summary>
internal static class ModelCheck
{
    private const int ShownTensors = 3;

    /// <summary>null, and faults, if the model cannot be used.</summary>
    public static ModelFacts? Check(ModelFolder folder, FaultList faults)
    {
        if (folder.Find(ModelFolder.Config) is not { } configFile || ModelConfig.Read(configFile.FullPath, faults) is not { } config || !faults.IsEmpty)
        {
            return null;
        }

        var parameters = CheckWeights(folder, config, faults);
        if (folder.Find(ModelFolder.Tokenizer) is { } tokenizer)
        {
            TokenizerIds.Check(tokenizer.FullPath, config.Vocabulary, faults);
        }

        return faults.IsEmpty ? new ModelFacts(folder.Path, config, parameters, folder.TotalBytes) : null;
    }

    private static long CheckWeights(ModelFolder folder, ModelConfig config, FaultList faults)
    {
        try
        {
            using var weights = ModelWeights.OpenFolder(folder.Path);
            CheckTensors(weights, config, faults);
            return weights.Values.Sum(tensor => tensor.ElementCount);
        }
        catch (InvalidModelFileException exception)
        {
            faults.Add("model_weights", $"model: {exception.Message}.");
            return 0;
        }
    }

    private static void CheckTensors(ModelWeights weights, ModelConfig config, FaultList faults)
    {
        var wrong = new List<string>();
        foreach (var (name, shape) in ExpectedTensors.Of(config))
        {
            if (!weights.TryGetValue(name, out var tensor))
            {
                wrong.Add($"{name} is missing");
            }
            else if (!tensor.Shape.SequenceEqual(shape))
            {
                wrong.Add($"{name} has the shape [{string.Join(", ", tensor.Shape)}] instead of [{string.Join(", ", shape)}]");
            }
            else if (tensor.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
            {
                wrong.Add($"{name} has the type {tensor.Type} instead of F32, F16 or BF16");
            }

            // A config of another model makes every tensor wrong; a hostile one names a billion layers.
            if (wrong.Count > ShownTensors)
            {
                break;
            }
        }

        if (wrong.Count > 0)
        {
            var more = wrong.Count > ShownTensors ? " and more" : "";
            faults.Add(
                "model_contradiction",
                $"model: the weights do not fit config.json: {string.Join("; ", wrong.Take(ShownTensors))}{more}. Take both files from the same model.");
        }
    }
}
