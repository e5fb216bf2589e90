using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Element conversions between safetensors and GGUF types, rounding exactly as the reference converter (to nearest, ties to even).</summary>
internal static class WeightConversion
{
    /// <summary>Whether the stored bytes are the same, so that nothing has to be converted.</summary>
    public static bool SameBytes(TensorType from, GgmlType to) => (from, to) switch
    {
        (TensorType.F32, GgmlType.F32) or (TensorType.F16, GgmlType.F16) or (TensorType.BF16, GgmlType.BF16) => true,
        _ => false,
    };

    public static bool CanRead(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16;

    /// <param name="source">Elements of <paramref name="from"/>.</param>
    /// <param name="from">F32, F16 or BF16.</param>
    /// <param name="destination">As many elements in whole blocks of <paramref name="to"/>.</param>
    /// <param name="to">F32, F16, BF16 or Q8_0.</param>
    /// <param name="scratch">Room for one float for each element; not used when none is needed on the way.</param>
    public static void Convert(ReadOnlySpan<byte> source, TensorType from, Span<byte> destination, GgmlType to, Span<float> scratch)
    {
        switch (from, to)
        {
            case var same when SameBytes(same.from, same.to):
                source.CopyTo(destination);
                break;
            case (TensorType.BF16, GgmlType.F16):
                BFloat16ToHalf(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            case (_, GgmlType.F32):
                ToSingle(source, from, MemoryMarshal.Cast<byte, float>(destination));
                break;
            default:
                ToSingle(source, from, scratch);
                FromSingle(scratch, destination, to);
                break;
        }
    }

    public static void ToSingle(ReadOnlySpan<byte> source, TensorType from, Span<float> destination)
    {
        switch (from)
        {
            case TensorType.F32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case TensorType.BF16:
                BFloat16ToSingle(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<float, uint>(destination));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(from), from, null);
        }
    }

    public static void FromSingle(ReadOnlySpan<float> source, Span<byte> destination, GgmlType to)
    {
        switch (to)
        {
            case GgmlType.F32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case GgmlType.F16:
                TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            case GgmlType.BF16:
                SingleToBFloat16(MemoryMarshal.Cast<float, uint>(source), MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            case GgmlType.Q8_0:
                Q8Blocks.Quantize(source, destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(to), to, null);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<uint> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            (low << 16).CopyTo(destination[i..]);
            (high << 16).CopyTo(destination[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = (uint)source[i] << 16;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SingleToBFloat16(ReadOnlySpan<uint> source, Span<ushort> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            var bits = source[i];
            destination[i] = (bits & 0x7FFFFFFF) > 0x7F800000
                ? (ushort)((bits >> 16) | 64) // a NaN stays one, made quiet
                : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BFloat16ToHalf(ReadOnlySpan<ushort> source, Span<ushort> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            Vector.Narrow(SingleToHalf(low << 16), SingleToHalf(high << 16)).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = BitConverter.HalfToUInt16Bits((Half)BitConverter.UInt32BitsToSingle((uint)source[i] << 16));
        }
    }

    /// <summary>
    /// Bits of floats to bits of halves without a branch. A half's subnormal numbers are multiples of 2^-24: adding 0.5 lets the processor's own rounding put
    /// that multiple into the low bits of the sum. Normal numbers get the exponent moved and half of the dropped bits added, a little less for even results
    /// (ties to even).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> SingleToHalf(Vector<uint> bits)
    {
        var sign = (bits >> 16) & new Vector<uint>(0x8000);
        var magnitude = bits & new Vector<uint>(0x7FFFFFFF);
        var subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + new Vector<float>(0.5f)) - new Vector<uint>(0x3F000000);
        var odd = (magnitude >> 13) & Vector<uint>.One;
        var normal = (magnitude - new Vector<uint>((127 - 15) << 23) + new Vector<uint>(0xFFF) + odd) >> 13;
        var tooLarge = Vector.ConditionalSelect(
            Vector.GreaterThan(magnitude, new Vector<uint>(0x7F800000)),
            new Vector<uint>(0x7E00) | ((magnitude >> 13) & new Vector<uint>(0x1FF)),
            new Vector<uint>(0x7C00));
        var result = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(113 << 23)), subnormal, normal);
        result = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(143 << 23)), result, tooLarge);
        return result | sign;
    }
}
