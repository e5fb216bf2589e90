using FineTunePipeline.ModelTools.Running;
using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>The types that need no importance matrix.</summary>
internal static class QuantisationTypes
{
    private static readonly QuantisationType[] All =
    [
        new("f32", LLamaFtype.ALL_F32),
        new("f16", LLamaFtype.MOSTLY_F16),
        new("bf16", LLamaFtype.MOSTLY_BF16),
        new("q8_0", LLamaFtype.MOSTLY_Q8_0),
        new("q6_k", LLamaFtype.MOSTLY_Q6_K),
        new("q5_k_m", LLamaFtype.MOSTLY_Q5_K_M),
        new("q5_k_s", LLamaFtype.MOSTLY_Q5_K_S),
        new("q5_1", LLamaFtype.MOSTLY_Q5_1),
        new("q5_0", LLamaFtype.MOSTLY_Q5_0),
        new("q4_k_m", LLamaFtype.MOSTLY_Q4_K_M),
        new("q4_k_s", LLamaFtype.MOSTLY_Q4_K_S),
        new("q4_1", LLamaFtype.MOSTLY_Q4_1),
        new("q4_0", LLamaFtype.MOSTLY_Q4_0),
        new("iq4_nl", LLamaFtype.MOSTLY_IQ4_NL),
        new("iq4_xs", LLamaFtype.MOSTLY_IQ4_XS),
        new("q3_k_l", LLamaFtype.MOSTLY_Q3_K_L),
        new("q3_k_m", LLamaFtype.MOSTLY_Q3_K_M),
        new("q3_k_s", LLamaFtype.MOSTLY_Q3_K_S),
        new("q2_k", LLamaFtype.MOSTLY_Q2_K),
    ];

    public static IEnumerable<string> Names => All.Select(type => type.Name);

    /// <exception cref="EngineException">No such type (exit code 2).</exception>
    public static QuantisationType Parse(string name) =>
        All.FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw EngineException.Usage($"There is no type '{name}'. Types: {string.Join(", ", Names)}.");
}
