using System.Text.Json;
using FineTunePipeline.Conversion.Planning;
using FineTunePipeline.Messaging.Stages;
using Xunit;

namespace FineTunePipeline.UnitTests.Conversion;

public sealed class ConversionPlanTests
{
    [Fact]
    public void Makes_the_f16_file_first_when_only_a_k_quant_is_asked_for()
    {
        var plan = ConversionPlan.For(["q8_0", "q4_k_m"], Shape(256, 512));

        Assert.Equal(["f16", "q8_0"], plan.Native);
        Assert.Equal(["q4_k_m"], plan.Quantised);
        Assert.Empty(plan.Refused);
    }

    [Fact]
    public void Refuses_k_quants_whose_rows_cannot_be_packed_and_says_which()
    {
        var plan = ConversionPlan.For(["f16", "q4_k_m", "q6_k"], Shape(128, 256));

        Assert.Equal(["f16"], plan.Native);
        Assert.Empty(plan.Quantised);
        Assert.Equal(2, plan.Refused.Count);
        Assert.StartsWith("q4_k_m: ", plan.Refused[0], StringComparison.Ordinal);
        Assert.Contains("rows of 128 values", plan.Refused[0], StringComparison.Ordinal);
        Assert.Contains("q8_0", plan.Refused[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Accepts_k_quants_when_only_a_smaller_part_falls_back()
    {
        // Qwen2-0.5B: rows of 896 values are the rule, so nearly all would fall back; the reverse case is a wide model with an odd feed-forward size.
        Assert.Equal(["q4_k_m"], ConversionPlan.For(["q4_k_m"], Shape(256, 300)).Quantised);
        Assert.Empty(ConversionPlan.For(["q4_k_m"], Shape(896, 4864)).Quantised);
    }

    [Fact]
    public void Makes_no_f16_file_for_nothing() => Assert.Equal(["q8_0"], ConversionPlan.For(["q8_0"], Shape(256, 512)).Native);

    [Fact]
    public void Says_what_the_configuration_lacks()
    {
        var config = JsonElement.Parse("""{"hidden_size": 128, "num_attention_heads": 4}""");

        Assert.Contains("intermediate_size", Assert.Throws<StageException>(() => ModelShape.Parse(config)).Message, StringComparison.Ordinal);
    }

    private static ModelShape Shape(long hidden, long intermediate) =>
        new() { Hidden = hidden, Intermediate = intermediate, Layers = 4, Vocabulary = 2048, Queries = hidden, Keys = hidden / 2 };
}
