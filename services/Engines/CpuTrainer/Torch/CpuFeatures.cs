using System.Runtime.Intrinsics.X86;

namespace FineTunePipeline.CpuTrainer.Torch;

/// <summary>What this processor does fast.</summary>
internal static class CpuFeatures
{
    /// <summary>Has bfloat16 matrix instructions (AVX512_BF16 or AMX-BF16): with them bfloat16 products are two to three times faster than float32, without them slower.</summary>
    public static bool BFloat16 { get; } = Detect();

    private static bool Detect()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
            return false;
        var avx512 = Avx512F.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        var amx = (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;
        return avx512 || amx;
    }
}
