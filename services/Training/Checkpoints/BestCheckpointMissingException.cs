namespace FineTunePipeline.Training.Checkpoints;

/// <summary>A checkpoint cannot be gone on from, because the best one that it names is not committed: the trainer would end with its last weights instead.</summary>
internal sealed class BestCheckpointMissingException(int step, int best)
    : Exception(FormattableString.Invariant($"The checkpoint of step {step} names that of step {best} as the best, which is not committed."));
