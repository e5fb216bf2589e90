using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>
/// Rotates queries and keys by their position. The tables are computed in float32 with the same operations in the same order as transformers,
/// because at position 2000 a last-digit difference of a frequency is already visible in the logits.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private const long FirstLength = 512;

    private readonly ModelConfig _config;
    private readonly ScalarType _type;
    private Tensor? _cos;
    private Tensor? _sin;

    public RotaryEmbedding(ModelConfig config, ScalarType type) => (_config, _type) = (config, type);

    /// <summary>Cosines and signed sines for positions first … first + count - 1, each [count, headDim].</summary>
    public (Tensor Cos, Tensor Sin) Range(long first, long count)
    {
        Grow(first + count);
        return (_cos!.slice(0, first, first + count, 1), _sin!.slice(0, first, first + count, 1));
    }

    /// <summary>Cosines and signed sines for positions [B, T] below <paramref name="limit"/>, each [B, 1, T, headDim].</summary>
    public (Tensor Cos, Tensor Sin) At(Tensor positions, long limit)
    {
        Grow(limit);
        var flat = positions.reshape(-1);
        long[] shape = [positions.shape[0], 1, positions.shape[1], _config.HeadDim];
        return (_cos!.index_select(0, flat).view(shape), _sin!.index_select(0, flat).view(shape));
    }

    /// <summary>
    /// x * cos + rotate_half(x) * sin, where rotate_half is (-second half, first half): swapping the halves is a roll, and the sign is in the sine table.
    /// </summary>
    public Tensor Rotate(Tensor x, Tensor cos, Tensor sin) => (x * cos).addcmul_(x.roll(_config.HeadDim / 2, -1), sin, 1);

    public void Dispose()
    {
        _cos?.Dispose();
        _sin?.Dispose();
    }

    private void Grow(long length)
    {
        if (_cos is not null && _cos.shape[0] >= length)
            return;

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var rows = Math.Max(FirstLength, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)length));
        var angles = outer(arange(rows, dtype: ScalarType.Float32), Frequencies());
        var both = cat([angles, angles], -1);
        var sign = cat([full(_config.HeadDim / 2, -1f), ones(_config.HeadDim / 2)]);
        var (cos, sin) = (both.cos().to(_type), (both.sin() * sign).to(_type));
        Dispose();
        (_cos, _sin) = (cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());
    }

    private Tensor Frequencies()
    {
        var exponents = arange(0, _config.HeadDim, 2, dtype: ScalarType.Float32) / _config.HeadDim;
        var frequencies = full(1, _config.RopeTheta, dtype: ScalarType.Float32).pow(exponents).reciprocal();
        return _config.RopeScaling.Kind switch
        {
            RopeKind.Linear => frequencies / _config.RopeScaling.Factor,
            RopeKind.Llama3 => Llama3(frequencies, _config.RopeScaling),
            _ => frequencies,
        };
    }

    /// <summary>Long waves are stretched by the factor, short ones kept, those between blended.</summary>
    private static Tensor Llama3(Tensor frequencies, RopeScaling scaling)
    {
        double longest = scaling.OriginalMaxPositions / scaling.LowFreqFactor, shortest = scaling.OriginalMaxPositions / scaling.HighFreqFactor;
        var wavelengths = frequencies.reciprocal() * (2 * Math.PI);
        var blend = (wavelengths.reciprocal() * scaling.OriginalMaxPositions - scaling.LowFreqFactor) / (scaling.HighFreqFactor - scaling.LowFreqFactor);
        var stretched = frequencies / scaling.Factor;
        var between = (1 - blend) * stretched + blend * frequencies;
        return where(wavelengths.gt(longest), stretched, where(wavelengths.lt(shortest), frequencies, between));
    }
}
