using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

internal static class RmsNorm
{
    private static readonly long[] LastDimension = [-1];

    /// <summary>Scales the last dimension to unit root mean square (in float32 whatever the type of <paramref name="x"/>), then by <paramref name="weight"/>.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, double epsilon)
    {
        var wide = x.dtype == ScalarType.Float32 ? x : x.to(ScalarType.Float32);
        var scaled = wide * rsqrt(wide.square().mean(LastDimension, keepdim: true).add_(epsilon));
        return weight * (x.dtype == ScalarType.Float32 ? scaled : scaled.to(x.dtype));
    }
}
