namespace FineTunePipeline.Training.Trainers;

/// <summary>How a trainer ended.</summary>
/// <param name="ExitCode">null if it vanished without leaving one.</param>
/// <param name="ErrorTail">The last of its standard error.</param>
/// <param name="FreeDiskBytes">Free space where it wrote; null if unknown. A full disk also swallows the message that would say so.</param>
public sealed record TrainerEnd(int? ExitCode, string ErrorTail, long? FreeDiskBytes);
