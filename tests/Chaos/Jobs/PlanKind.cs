namespace FineTunePipeline.Chaos.Jobs;

/// <summary>What the seed planted in a job.</summary>
internal enum PlanKind
{
    /// <summary>Nothing; the engines replay a recorded run.</summary>
    Fast,

    /// <summary>Nothing; the real engines work.</summary>
    Real,

    /// <summary>The first training kills itself after a checkpoint: must succeed by a second attempt.</summary>
    Crash,

    /// <summary>The first training finds no memory: must succeed by a second attempt with half the micro-batch.</summary>
    Memory,

    /// <summary>The data cannot be read: must fail at validate.</summary>
    BadData,

    /// <summary>The trainer refuses its input: must fail at train.</summary>
    Refuse,
}
