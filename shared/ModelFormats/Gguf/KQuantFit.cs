using FineTunePipeline.ModelFormats.Gguf.Conversion;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>
/// Whether a model's rows are whole k-quant blocks (256). llama.cpp stores the others in larger types, so that a small model gains little; a demo should say
/// so beforehand.
/// </summary>
/// <param name="Matrices">How many matrices the model has.</param>
/// <param name="Unfit">Names of those whose row length is not a multiple of 256.</param>
public sealed record KQuantFit(int Matrices, IReadOnlyList<string> Unfit)
{
    public const int BlockElements = 256;

    /// <summary>True when every matrix can be a k-quant.</summary>
    public bool All => Unfit.Count == 0;

    /// <summary>From a Hugging Face model folder, before anything is converted; names are those in the checkpoint.</summary>
    public static KQuantFit OfModelFolder(string modelFolder)
    {
        using var weights = ModelWeights.OpenFolder(modelFolder);
        return Of(weights.Values.Where(tensor => tensor.Shape.Count > 1).Select(tensor => (tensor.Name, tensor.Shape[^1])));
    }

    /// <summary>From the sizes in config.json alone, when the weights are not here.</summary>
    public static KQuantFit OfConfig(string modelFolder)
    {
        var expected = ExpectedTensors.For(HfModelConfig.Load(modelFolder)).Where(pair => pair.Value.Required && pair.Value.Shape.Count > 1);
        return Of(expected.Select(pair => (pair.Key, pair.Value.Shape[^1])));
    }

    /// <summary>From a GGUF file.</summary>
    public static KQuantFit OfGguf(GgufFile file) =>
        Of(file.Tensors.Where(tensor => tensor.Dimensions.Count > 1).Select(tensor => (tensor.Name, tensor.Dimensions[0])));

    private static KQuantFit Of(IEnumerable<(string Name, long Columns)> matrices)
    {
        var all = matrices.ToList();
        return new KQuantFit(all.Count, [.. all.Where(matrix => matrix.Columns % BlockElements != 0).Select(matrix => matrix.Name)]);
    }
}
