namespace FineTunePipeline.CpuTrainer.Pretraining.Rows;

/// <summary>A row of token ids, and for each the id that the model must predict there.</summary>
/// <param name="Ids">Tokens of several documents, one after the other.</param>
/// <param name="Labels">The same ids, or <see cref="Ignored"/> where nothing is learnt.</param>
internal sealed record TrainingRow(long[] Ids, long[] Labels)
{
    /// <summary>PyTorch's "ignore this place" of cross entropy.</summary>
    public const long Ignored = -100;
}
