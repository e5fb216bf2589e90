namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>A conversation as token ids, ready for training.</summary>
/// <param name="Ids">All ids, cut to the cutoff if one was given.</param>
/// <param name="Trained">For each id whether its prediction is trained (false = <c>-100</c> among the labels of other trainers).</param>
public sealed record TrainingExample(int[] Ids, bool[] Trained)
{
    /// <summary>Ids before cutting.</summary>
    public required int FullLength { get; init; }

    /// <summary>True if the cutoff took ids away.</summary>
    public bool IsCut => FullLength > Ids.Length;
}
