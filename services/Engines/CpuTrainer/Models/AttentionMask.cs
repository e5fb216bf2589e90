using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>Which keys each query may see. True = may; null = plain causal order (or, for a single query, everything).</summary>
internal static class AttentionMask
{
    /// <param name="queries">new tokens; they are the last of <paramref name="keys"/></param>
    /// <param name="keys">all tokens so far</param>
    /// <param name="window">how far a query looks back, itself included; null = to the start</param>
    /// <param name="present">[B, keys], 0 at padding; null = no padding</param>
    public static Tensor? Build(long queries, long keys, int? window, Tensor? present)
    {
        var windowMatters = window < keys;
        if (present is null && !windowMatters && (queries == 1 || queries == keys))
            return null;

        var query = arange(keys - queries, keys, dtype: ScalarType.Int64).unsqueeze(1);
        var key = arange(keys, dtype: ScalarType.Int64).unsqueeze(0);
        var allowed = key.le(query);
        if (windowMatters)
            allowed = allowed.logical_and(key.gt(query - window!.Value));
        if (present is null)
            return allowed.view(1, 1, queries, keys);

        // A padding token sees itself: with nothing to see its result were NaN, which would reach the others through 0 * NaN.
        var visible = present.to(ScalarType.Bool).view(present.shape[0], 1, 1, keys).logical_or(key.eq(query));
        return allowed.logical_and(visible);
    }
}
