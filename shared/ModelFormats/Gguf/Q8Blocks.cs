using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>
/// Q8_0: blocks of 32 numbers, each a half-precision step and 32 signed bytes. Bit for bit as the reference: the step is the largest magnitude / 127 in
/// single precision, numbers are multiplied by its reciprocal and rounded half away from zero. Source: gguf-py quants.py and ggml-quants.c, 2026-11.
/// </summary>
internal static class Q8Blocks
{
    public const int Elements = 32;
    public const int Bytes = 34;

    /// <param name="source">Whole blocks.</param>
    /// <param name="destination">34 bytes for each.</param>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            QuantizeVectors(source, destination);
        }
        else
        {
            QuantizeScalars(source, destination);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void QuantizeVectors(ReadOnlySpan<float> source, Span<byte> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var blocks = source.Length / Elements;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, blocks * Bytes);
        for (var block = 0; block < blocks; block++)
        {
            var a = Vector256.LoadUnsafe(ref from, (nuint)(block * Elements));
            var b = Vector256.LoadUnsafe(ref from, (nuint)(block * Elements + 8));
            var c = Vector256.LoadUnsafe(ref from, (nuint)(block * Elements + 16));
            var d = Vector256.LoadUnsafe(ref from, (nuint)(block * Elements + 24));
            var largest = Vector256.Max(Vector256.Max(Vector256.Abs(a), Vector256.Abs(b)), Vector256.Max(Vector256.Abs(c), Vector256.Abs(d)));
            var step = Largest(Vector128.Max(largest.GetLower(), largest.GetUpper())) / 127f;
            var scale = Vector256.Create(step == 0 ? 0 : 1f / step);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, block * Bytes), BitConverter.HalfToUInt16Bits((Half)step));
            var low = Vector256.Narrow(Round(a * scale), Round(b * scale));
            var high = Vector256.Narrow(Round(c * scale), Round(d * scale));
            Vector256.Narrow(low, high).AsByte().StoreUnsafe(ref to, (nuint)(block * Bytes + 2));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector128<float> values)
    {
        values = Vector128.Max(values, Vector128.Shuffle(values, Vector128.Create(2, 3, 0, 1)));
        values = Vector128.Max(values, Vector128.Shuffle(values, Vector128.Create(1, 0, 3, 2)));
        return values.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<float> values)
    {
        var whole = Vector256.ConvertToInt32Native(values); // toward zero
        var rest = values - Vector256.ConvertToSingle(whole); // exact
        // A true comparison is -1 in every lane.
        return whole - Vector256.GreaterThanOrEqual(rest, Vector256.Create(0.5f)).AsInt32()
            + Vector256.LessThanOrEqual(rest, Vector256.Create(-0.5f)).AsInt32();
    }

    internal static void QuantizeScalars(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (var block = 0; block < source.Length / Elements; block++)
        {
            var values = source.Slice(block * Elements, Elements);
            var to = destination.Slice(block * Bytes, Bytes);
            var largest = 0f;
            foreach (var value in values)
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            var step = largest / 127f;
            var scale = step == 0 ? 0 : 1f / step;
            BinaryPrimitives.WriteHalfLittleEndian(to, (Half)step);
            for (var i = 0; i < Elements; i++)
            {
                to[i + 2] = (byte)(sbyte)MathF.Round(values[i] * scale, MidpointRounding.AwayFromZero);
            }
        }
    }
}
