namespace FineTunePipeline.Training.Watching;

/// <summary>What the log of a training says so far, and how long the rest will take by our own clock (the trainer's estimate is wrong after a resume).</summary>
/// <param name="zeroIsDead">A loss of exactly 0 means that nothing is learnt; where answers are compared it is what a model that tells them apart well comes to, rounded.</param>
internal sealed class TrainingProgress(int fromStep, TimeProvider time, bool zeroIsDead = true)
{
    /// <summary>The pace is that of the last readings, so that a slow evaluation or a busy hour does not count for ever.</summary>
    private const int PaceReadings = 20;

    private readonly Queue<(int Step, long At)> _pace = [];

    public int Step { get; private set; } = fromStep;

    public int TotalSteps { get; private set; }

    public double? Loss { get; private set; }

    /// <summary>Of the last evaluation since <see cref="Shown"/>; null if there was none.</summary>
    public double? EvalLoss { get; private set; }

    public double? LearningRate { get; private set; }

    public double? Epoch { get; private set; }

    /// <summary>Lines of the log in a row, up to the last, whose loss was exactly 0 or no number.</summary>
    public int DeadLosses { get; private set; }

    /// <summary>A line came since <see cref="Shown"/>.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Takes in the lines of one reading. Lines of a step that is done already (a resumed training writes them again) change nothing but the loss.</summary>
    /// <returns>true if a new optimizer step was seen.</returns>
    public bool Add(IReadOnlyList<TrainerLogLine> lines)
    {
        var before = Step;
        foreach (var line in lines)
        {
            (Step, TotalSteps) = (Math.Max(Step, line.Step), line.TotalSteps);
            if (line.Loss is { } loss)
            {
                DeadLosses = (loss == 0 && zeroIsDead) || !double.IsFinite(loss) ? DeadLosses + 1 : 0;
                (Loss, LearningRate) = (loss, line.LearningRate);
            }

            EvalLoss = line.EvalLoss ?? EvalLoss;
            Epoch = line.Epoch ?? Epoch;
            IsNew = true;
        }

        if (Step > before)
        {
            _pace.Enqueue((Step, time.GetTimestamp()));
            if (_pace.Count > PaceReadings)
            {
                _pace.Dequeue();
            }
        }

        return Step > before;
    }

    /// <summary>Null until two readings are known.</summary>
    public TimeSpan? Remaining() => TotalSteps > 0 && PerStep() is { } perStep ? perStep * (TotalSteps - Step) : null;

    /// <summary>Null until two readings are known.</summary>
    public double? StepsPerSecond() => PerStep() is { } perStep && perStep > TimeSpan.Zero ? 1 / perStep.TotalSeconds : null;

    public void Shown() => (IsNew, EvalLoss) = (false, null);

    private TimeSpan? PerStep()
    {
        if (_pace.Count < 2)
        {
            return null;
        }

        var (firstStep, firstAt) = _pace.Peek();
        return time.GetElapsedTime(firstAt, _pace.Last().At) / (_pace.Last().Step - firstStep);
    }
}
