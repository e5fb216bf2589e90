using FineTunePipeline.Conversion.Planning;
using FineTunePipeline.ModelFormats.Gguf;
using Xunit;

namespace FineTunePipeline.UnitTests.Conversion;

public sealed class ConversionPlanTests
{
    private static readonly KQuantFit AllFit = new(10, []);

    [Fact]
    public void Makes_the_f16_file_first_when_only_a_k_quant_is_asked_for()
    {
        var plan = ConversionPlan.For(["q8_0", "q4_k_m"], AllFit);

        Assert.Equal(["f16", "q8_0"], plan.Native);
        Assert.Equal(["q4_k_m"], plan.Quantised);
        Assert.Empty(plan.Refused);
    }

    [Fact]
    public void Refuses_k_quants_when_most_rows_cannot_be_packed_and_says_which()
    {
        var plan = ConversionPlan.For(["f16", "q4_k_m", "q6_k"], new KQuantFit(7, ["a", "b", "c", "d"]));

        Assert.Equal(["f16"], plan.Native);
        Assert.Empty(plan.Quantised);
        Assert.Equal(
            [
                "q4_k_m: 4 of 7 matrices have rows that are no multiple of 256 values (a, b, c, …), which no k-quant can pack; take q8_0.",
                "q6_k: 4 of 7 matrices have rows that are no multiple of 256 values (a, b, c, …), which no k-quant can pack; take q8_0.",
            ],
            plan.Refused);
    }

    [Fact]
    public void Accepts_k_quants_when_the_smaller_part_falls_back() =>
        Assert.Equal(["q4_k_m"], ConversionPlan.For(["q4_k_m"], new KQuantFit(8, ["a", "b", "c", "d"])).Quantised);

    [Fact]
    public void Makes_no_f16_file_for_nothing()
    {
        Assert.False(ConversionPlan.NeedsFit(["q8_0"]));
        Assert.Equal(["q8_0"], ConversionPlan.For(["q8_0"], null).Native);
    }
}
