using FineTunePipeline.ModelFormats.Gguf;

namespace FineTunePipeline.Conversion.Planning;

/// <summary>Which files are made, how, and which requested ones are not made.</summary>
/// <param name="Native">Types that our writer makes straight from the merged model, in the order in which they are made.</param>
/// <param name="Quantised">Types that llama.cpp makes out of the f16 file.</param>
/// <param name="Refused">Requested types that are not made, each with the reason.</param>
internal sealed record ConversionPlan(IReadOnlyList<string> Native, IReadOnlyList<string> Quantised, IReadOnlyList<string> Refused)
{
    /// <summary>What k-quants are made of.</summary>
    internal const string Source = "f16";

    private const int ShownMatrices = 3;
    private static readonly string[] NativeTypes = ["f32", "f16", "bf16", "q8_0"];

    public static bool NeedsFit(IReadOnlyList<string> requested) => requested.Except(NativeTypes).Any();

    /// <param name="requested">Types in the order of the job.</param>
    /// <param name="fit">Whether k-quants fit; null if none is requested.</param>
    public static ConversionPlan For(IReadOnlyList<string> requested, KQuantFit? fit)
    {
        var native = requested.Where(NativeTypes.Contains).ToList();
        var wanted = requested.Except(NativeTypes).ToList();
        var misfit = fit is null ? null : Misfit(fit);
        var quantised = misfit is null ? wanted : [];
        if (quantised.Count > 0 && !native.Contains(Source))
        {
            native.Insert(0, Source);
        }

        return new ConversionPlan(native, quantised, misfit is null ? [] : [.. wanted.Select(type => $"{type}: {misfit}")]);
    }

    /// <summary>
    /// Why k-quants make no sense for a model, or null: when most matrices fall back to larger types, the file is no smaller and no longer what its name says.
    /// </summary>
    private static string? Misfit(KQuantFit fit)
    {
        if (fit.Unfit.Count * 2 <= fit.Matrices)
        {
            return null;
        }

        var shown = string.Join(", ", fit.Unfit.Take(ShownMatrices));
        var more = fit.Unfit.Count > ShownMatrices ? ", …" : "";
        return $"{fit.Unfit.Count} of {fit.Matrices} matrices have rows that are no multiple of {KQuantFit.BlockElements} values ({shown}{more}), which "
            + "no k-quant can pack; take q8_0.";
    }
}
