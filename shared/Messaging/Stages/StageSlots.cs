namespace FineTunePipeline.Messaging.Stages;

/// <summary>How many more attempts a runner can take on. Whoever claims takes slots first, so that two who claim at once never take one too many.</summary>
internal sealed class StageSlots(int count)
{
    private readonly Lock _gate = new();
    private int _free = count;

    /// <summary>One slot, if there is one.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            return _free > 0 && _free-- > 0;
        }
    }

    /// <summary>All that are free; how many.</summary>
    public int TakeAll()
    {
        lock (_gate)
        {
            (var taken, _free) = (_free, 0);
            return taken;
        }
    }

    public void Give(int slots)
    {
        lock (_gate)
        {
            _free += slots;
        }
    }
}
