using System.Globalization;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>A parameter count as people say it: 853K, 1.2M, 494M, 7.2B.</summary>
internal static class SizeLabel
{
    public static string For(long parameters)
    {
        var (scaled, unit) = parameters switch
        {
            > 1_000_000_000_000 => (parameters * 1e-12, "T"),
            > 1_000_000_000 => (parameters * 1e-9, "B"),
            > 1_000_000 => (parameters * 1e-6, "M"),
            _ => (parameters * 1e-3, "K"),
        };
        // At least two digits: 7.2B, but 13B.
        var digits = Math.Round(scaled).ToString("F0", CultureInfo.InvariantCulture).TrimStart('0').Length;
        return scaled.ToString("F" + Math.Max(2 - digits, 0).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + unit;
    }
}
