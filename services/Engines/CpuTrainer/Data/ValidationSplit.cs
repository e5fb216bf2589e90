using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Data;

/// <summary>Keeps <c>val_size</c> samples for evaluation, chosen by the seed alone.</summary>
internal static class ValidationSplit
{
    /// <summary>A stream number of its own, so that the split has nothing to do with the order of an epoch.</summary>
    private const long Stream = -1;

    /// <param name="samples">All samples.</param>
    /// <param name="valSize">A part (up to 1) or a number of samples (above 1); 0 keeps none.</param>
    /// <param name="seed">Seed of the choice.</param>
    public static (IReadOnlyList<T> Train, IReadOnlyList<T> Validation) Of<T>(IReadOnlyList<T> samples, double valSize, int seed)
    {
        if (valSize <= 0)
        {
            return (samples, []);
        }

        var kept = valSize > 1 ? (int)Math.Min(valSize, int.MaxValue) : (int)Math.Ceiling(samples.Count * valSize);
        if (kept >= samples.Count)
        {
            throw TrainerException.Value($"val_size keeps {kept} of {samples.Count} samples for evaluation: none is left to train on. Lower it, or add data.");
        }

        var order = SeededShuffle.Permutation(samples.Count, seed, Stream);
        return ([.. order[kept..].Select(index => samples[index])], [.. order[..kept].Select(index => samples[index])]);
    }
}
