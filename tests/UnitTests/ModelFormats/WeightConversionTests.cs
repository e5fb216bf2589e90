using System.Runtime.InteropServices;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.ModelFormats.Safetensors;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

public sealed class WeightConversionTests
{
    [Fact]
    public void Converts_each_bfloat16_to_the_nearest_half()
    {
        var source = Enumerable.Range(0, 65536).Select(bits => (ushort)bits).ToArray();
        var halves = new Half[source.Length];

        WeightConversion.Convert(MemoryMarshal.AsBytes(source.AsSpan()), TensorType.BF16, MemoryMarshal.AsBytes(halves.AsSpan()), GgmlType.F16,
            new float[source.Length]);

        for (var i = 0; i < source.Length; i++)
        {
            var expected = (Half)BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
            Assert.True(Half.IsNaN(expected) ? Half.IsNaN(halves[i]) : BitConverter.HalfToUInt16Bits(expected) == BitConverter.HalfToUInt16Bits(halves[i]),
                $"{source[i]:x4}");
        }
    }

    [Theory]
    [InlineData(0x3F800000u, 0x3F80)]
    [InlineData(0x3F808000u, 0x3F80)] // a tie goes to even
    [InlineData(0x3F818000u, 0x3F82)]
    [InlineData(0x3F808001u, 0x3F81)]
    [InlineData(0x7F7FFFFFu, 0x7F80)] // rounds up to infinity
    [InlineData(0x7F800001u, 0x7FC0)] // a NaN stays one
    [InlineData(0x80000001u, 0x8000)]
    public void Rounds_floats_to_bfloat16(uint bits, int expected)
    {
        var source = new[] { BitConverter.UInt32BitsToSingle(bits) };
        var result = new byte[2];

        WeightConversion.FromSingle(source, result, GgmlType.BF16);

        Assert.Equal(expected, BitConverter.ToUInt16(result));
    }

    [Fact]
    public void Q8_blocks_are_the_same_with_and_without_vectors()
    {
        var random = new Random(7);
        var source = new float[32 * 5000];
        for (var i = 0; i < source.Length; i++)
        {
            source[i] = random.NextSingle() switch
            {
                < 0.01f => 0,
                < 0.02f => float.Epsilon * random.Next(100),
                < 0.2f => random.Next(-254, 255) / 2f, // many exact halves
                _ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-8, 8)),
            };
        }

        source.AsSpan(0, 32).Clear();
        var vectors = new byte[34 * 5000];
        var scalars = new byte[34 * 5000];

        Q8Blocks.Quantize(source, vectors);
        Q8Blocks.QuantizeScalars(source, scalars);

        Assert.Equal(scalars, vectors);
    }

    [Fact]
    public void Q8_rounds_half_away_from_zero()
    {
        var source = new float[32];
        source[0] = 127;
        source[1] = 0.5f;
        source[2] = -0.5f;
        source[3] = 1.5f;
        source[4] = 2.4999f;
        var block = new byte[34];

        Q8Blocks.Quantize(source, block);

        Assert.Equal(Half.One, BitConverter.ToHalf(block));
        Assert.Equal([127, 1, -1, 2, 2], block[2..7].Select(value => (int)(sbyte)value));
    }
}
