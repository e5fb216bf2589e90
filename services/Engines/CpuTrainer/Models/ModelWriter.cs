using FineTunePipeline.ModelFormats.Merging;
using FineTunePipeline.ModelFormats.Safetensors;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>Whole models in Hugging Face's format.</summary>
internal static class ModelWriter
{
    /// <summary>Writes the base model's weights (without an adapter's changes) as model.safetensors into an existing folder.</summary>
    public static void WriteWeights(CausalLm model, string folder, ScalarType type) =>
        SafetensorsWriter.Write(
            Path.Combine(folder, ModelWeights.SingleFileName), [.. model.NamedParameters.Select(p => TensorBytes.ToWrite(p.Name, p.Tensor, type))]);

    /// <summary>Weights, and the configuration, tokenizer and chat template of the folder that the model came from.</summary>
    public static void SaveModel(CausalLm model, string folder, string sourceFolder, ScalarType type)
    {
        WriteWeights(model, folder, type);
        AdapterMerge.CopySideFiles(sourceFolder, folder);
        File.Delete(Path.Combine(folder, ModelWeights.IndexFileName));
    }
}
