using System.Runtime.InteropServices;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>The frequency factors of Llama 3's long contexts, which llama.cpp reads from a tensor.</summary>
internal static class RopeFrequencies
{
    /// <summary>One factor for each pair of a head's dimensions; null when the model's positions are not scaled this way.</summary>
    public static float[]? Compute(HfModelConfig config)
    {
        if (!config.Architecture.IsLlama || config.Rope.Type != "llama3")
        {
            return null;
        }

        var factor = Parameter(config, "factor", 8);
        var low = Parameter(config, "low_freq_factor", 1);
        var high = Parameter(config, "high_freq_factor", 4);
        var context = Parameter(config, "original_max_position_embeddings", config.MaxPositions);
        var factors = new float[(config.HeadSize + 1) / 2];
        for (var i = 0; i < factors.Length; i++)
        {
            factors[i] = Factor(Frequency(config, i), factor, low, high, context);
        }

        return factors;
    }

    public static GgufTensorToWrite Tensor(string name, float[] factors) =>
        new(name, GgmlType.F32, [factors.Length], (_, _, destination) => MemoryMarshal.AsBytes(factors.AsSpan()).CopyTo(destination));

    // Everything below is in single precision and in the reference's order of operations (a number divided by a tensor is a multiplication with its
    // reciprocal there), because the last bit would differ otherwise.
    private static float Frequency(HfModelConfig config, int index)
    {
        var exponent = 2f * index / config.HeadSize;
        return 1f / (float)Math.Pow(config.Rope.Theta, exponent);
    }

    private static float Factor(float frequency, double factor, double low, double high, double context)
    {
        var waveLength = 1f / frequency * (float)(2 * Math.PI);
        if (waveLength < (float)(context / high))
        {
            return 1;
        }

        if (waveLength > (float)(context / low))
        {
            return (float)factor;
        }

        var smooth = (1f / waveLength * (float)context - (float)low) / (float)(high - low);
        return 1f / ((1f - smooth) / (float)factor + smooth);
    }

    private static double Parameter(HfModelConfig config, string name, double missing)
    {
        var value = config.Rope.Parameter(config.Json, name) ?? missing;
        return value > 0 ? value : throw config.Json.Wrong(name, "it must be larger than 0");
    }
}
