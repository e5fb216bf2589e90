using FineTunePipeline.ModelFormats.Safetensors;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>Whole models in Hugging Face's format. Whoever writes the configuration beside them says their type there.</summary>
internal static class ModelWriter
{
    /// <summary>Writes the base model's weights (without an adapter's changes) as model.safetensors into an existing folder.</summary>
    public static void WriteWeights(CausalLm model, string folder, ScalarType type) =>
        SafetensorsWriter.Write(
            Path.Combine(folder, ModelWeights.SingleFileName), [.. model.NamedParameters.Select(p => TensorBytes.ToWrite(p.Name, p.Tensor, type))]);
}
