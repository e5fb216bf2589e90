namespace FineTunePipeline.CpuTrainer.Data;

/// <summary>A sample as the model sees it.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Trained">Whether the token at this place is learnt. The first never is: nothing stands before it.</param>
internal sealed record TokenizedSample(int[] Ids, bool[] Trained)
{
    public int TrainedTokens { get; } = Trained.Skip(1).Count(trained => trained);
}
