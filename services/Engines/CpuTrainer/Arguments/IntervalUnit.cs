namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>What an <see cref="Interval"/> counts.</summary>
internal enum IntervalUnit
{
    Never,
    Steps,
    Epochs,
}
