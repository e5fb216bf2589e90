namespace FineTunePipeline.Training.Progress;

/// <summary>
/// Our own estimate of the time left, from the steps we saw being done: the trainer's own is wrong after a resume.
/// </summary>
internal sealed class RemainingTime(TimeProvider time)
{
    private (int Step, long At)? _first;

    /// <summary>Null until two different steps were seen.</summary>
    public TimeSpan? After(int step, int totalSteps)
    {
        if (_first is not { } first || step < first.Step)
        {
            _first = (step, time.GetTimestamp());
            return null;
        }

        return step == first.Step ? null : time.GetElapsedTime(first.At) / (step - first.Step) * Math.Max(0, totalSteps - step);
    }
}
