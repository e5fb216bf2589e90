namespace FineTunePipeline.Contracts.Evaluate;

/// <summary>Accuracy on one set of questions.</summary>
/// <param name="Questions">How many were asked.</param>
/// <param name="Before">Part (0 to 1) that the base model answered right.</param>
/// <param name="After">Part (0 to 1) that the tuned model answered right.</param>
public sealed record SetScore(int Questions, double Before, double After);
