using FineTunePipeline.ModelFormats.Gguf.Conversion;
using FineTunePipeline.ModelFormats.Gguf.Vocabulary;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>
/// Converts a Hugging Face model folder (config.json, safetensors, tokenizer) to one GGUF file, with the metadata, tensor order and padding of llama.cpp's
/// <c>convert_hf_to_gguf.py</c> (its version of 2026-10). Everything is read and checked before a byte is written; weights are streamed.
/// </summary>
public static class HfToGguf
{
    /// <summary>Architectures (as in config.json) that can be converted.</summary>
    public static IReadOnlyList<string> SupportedArchitectures => HfArchitecture.Names;

    /// <param name="modelFolder">Its name becomes <c>general.name</c> unless <paramref name="modelName"/> is given.</param>
    /// <param name="outPath">Replaced if it exists; appears whole or not at all.</param>
    /// <param name="type">Type of the matrices; vectors are always f32.</param>
    /// <param name="progress">Fractions from 0 to 1.</param>
    /// <param name="cancellationToken">Ends the conversion between two pieces; the temporary file is deleted.</param>
    /// <param name="modelName"><c>general.name</c>, for folders whose own name says nothing.</param>
    /// <exception cref="InvalidModelFileException">The folder cannot be converted; the message says why and what to do.</exception>
    public static GgufConversion Convert(
        string modelFolder, string outPath, GgufType type, IProgress<double>? progress, CancellationToken cancellationToken, string? modelName = null)
    {
        var config = HfModelConfig.Load(modelFolder);
        using var weights = ModelWeights.OpenFolder(modelFolder);
        var (metadata, tensors, warnings) = Plan(config, weights, type, modelName);
        var written = GgufWriter.Write(outPath, metadata, tensors, progress, cancellationToken);
        return new GgufConversion(warnings, tensors.Count, written.Bytes, written.Sha256);
    }

    /// <summary>
    /// Says without writing anything whether <see cref="Convert"/> will be able to convert the folder, and how: architecture, shapes, vocabulary and the way
    /// the tokenizer splits text are read and checked, the weights' values are not. Takes milliseconds for a small model, and memory for the vocabulary alone.
    /// </summary>
    /// <param name="type">Type of the matrices.</param>
    /// <exception cref="InvalidModelFileException">The folder cannot be converted; the message says why and what to do.</exception>
    public static GgufPlan Preflight(string modelFolder, GgufType type)
    {
        var config = HfModelConfig.Load(modelFolder);
        using var weights = ModelWeights.OpenFolder(modelFolder);
        var (_, tensors, warnings) = Plan(config, weights, type, modelName: null);
        return new GgufPlan(warnings, tensors.Count, tensors.Sum(tensor => tensor.ByteLength));
    }

    private static (GgufMetadata Metadata, IReadOnlyList<GgufTensorToWrite> Tensors, IReadOnlyList<string> Warnings) Plan(
        HfModelConfig config, ModelWeights weights, GgufType type, string? modelName)
    {
        var warnings = new List<string>();
        var tensors = TensorPlan.Make(config, weights, type, warnings);
        var metadata = new GgufMetadata();
        GeneralMetadata.Add(metadata, config, tensors.Sum(tensor => tensor.ElementCount), modelName);
        ArchitectureMetadata.Add(metadata, config, type);
        TokenizerMetadata.Add(metadata, config, warnings);
        return (metadata, tensors, warnings);
    }
}
