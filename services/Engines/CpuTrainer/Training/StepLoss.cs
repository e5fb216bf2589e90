namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>What one optimizer step did.</summary>
/// <param name="Loss">Mean over all learnt tokens of the step.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="LearningRate">That it was done with.</param>
/// <param name="PaddedTokens">Tokens computed.</param>
internal sealed record StepLoss(double Loss, double GradientNorm, double LearningRate, long PaddedTokens);
