namespace FineTunePipeline.Conversion.Planning;

/// <summary>Which files are made, how, and which requested ones are not made.</summary>
/// <param name="Native">Types that our writer makes straight from the merged model, in the order in which they are made.</param>
/// <param name="Quantised">Types that llama.cpp makes out of the f16 file.</param>
/// <param name="Refused">Requested types that are not made, each with the reason.</param>
internal sealed record ConversionPlan(IReadOnlyList<string> Native, IReadOnlyList<string> Quantised, IReadOnlyList<string> Refused)
{
    internal const string Source = "f16";

    /// <summary>Values that a k-quant packs together: a row of any other length cannot be packed and falls back to a larger type.</summary>
    private const int Block = 256;

    private static readonly string[] NativeTypes = ["f32", "f16", "bf16", "q8_0"];

    /// <summary>Is the f16 file made only to be quantised?</summary>
    public bool SourceIsScratch(IReadOnlyList<string> requested) => Quantised.Count > 0 && !requested.Contains(Source);

    public static ConversionPlan For(IReadOnlyList<string> requested, ModelShape shape)
    {
        var native = requested.Where(NativeTypes.Contains).ToList();
        var wanted = requested.Except(NativeTypes).ToList();
        var misfit = Misfit(shape);
        var quantised = misfit is null ? wanted : [];
        if (quantised.Count > 0 && !native.Contains(Source))
        {
            native.Insert(0, Source);
        }

        return new ConversionPlan(native, quantised, misfit is null ? [] : [.. wanted.Select(type => $"{type}: {misfit}")]);
    }

    /// <summary>Why k-quants make no sense for a model, or null: at least half of its weights must be in rows that can be packed.</summary>
    private static string? Misfit(ModelShape shape)
    {
        var matrices = shape.Matrices().ToList();
        var total = matrices.Sum(matrix => matrix.Weights);
        var unfit = matrices.Where(matrix => matrix.Row % Block != 0).ToList();
        var part = (double)unfit.Sum(matrix => matrix.Weights) / total;
        if (part <= 0.5)
        {
            return null;
        }

        var rows = string.Join(", ", unfit.Select(matrix => matrix.Row).Distinct());
        return FormattableString.Invariant(
            $"{part * 100:0} % of the weights are in rows of {rows} values, which no k-quant can pack (it packs {Block} at a time); q8_0 fits rows of any multiple of 32.");
    }
}
