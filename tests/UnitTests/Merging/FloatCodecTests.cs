using FineTunePipeline.ModelFormats.Merging;
using FineTunePipeline.ModelFormats.Safetensors;
using Xunit;

namespace FineTunePipeline.UnitTests.Merging;

public sealed class FloatCodecTests
{
    [Theory]
    [InlineData(0x3f800000u, 0x3f80)] // 1
    [InlineData(0x3f808000u, 0x3f80)] // half a step above 1: the tie goes to the even one
    [InlineData(0x3f808001u, 0x3f81)]
    [InlineData(0x3f818000u, 0x3f82)] // half a step above an odd one
    [InlineData(0x7f7fffffu, 0x7f80)] // the largest float32 rounds to infinity
    [InlineData(0x80000001u, 0x8000)]
    [InlineData(0xff800000u, 0xff80)]
    public void Bfloat16_is_rounded_to_the_nearest_even(uint bits, int expected)
    {
        var bytes = new byte[2];
        FloatCodec.Encode(TensorType.BF16, [BitConverter.UInt32BitsToSingle(bits)], bytes);
        Assert.Equal(expected, BitConverter.ToUInt16(bytes));
    }

    [Fact]
    public void Not_a_number_stays_that()
    {
        var bytes = new byte[2];
        FloatCodec.Encode(TensorType.BF16, [BitConverter.UInt32BitsToSingle(0x7f800001)], bytes);
        var back = new float[1];
        FloatCodec.Decode(TensorType.BF16, bytes, back);
        Assert.True(float.IsNaN(back[0]));
    }

    [Theory]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.F16)]
    public void Every_half_survives_the_way_to_float32_and_back(TensorType type)
    {
        var bytes = Enumerable.Range(0, 0x10000).SelectMany(i => BitConverter.GetBytes((ushort)i)).ToArray();
        var values = new float[0x10000];
        FloatCodec.Decode(type, bytes, values);
        var back = new byte[bytes.Length];
        FloatCodec.Encode(type, values, back);
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]))
                Assert.Equal(i, BitConverter.ToUInt16(back, 2 * i));
        }
    }
}
