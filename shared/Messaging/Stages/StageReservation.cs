using FineTunePipeline.Messaging.Data;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// A slot of this process's runner, kept for an attempt whose command is being written: the row is born claimed, and nobody has to ask the database for it.
/// Ends by one of its two calls.
/// </summary>
internal sealed class StageReservation(string owner, Action<StageRun> begin, Action release)
{
    private int _ended;

    /// <summary>In whose name the row is claimed.</summary>
    public string Owner => owner;

    /// <summary>The row is committed, claimed by <see cref="Owner"/>: the runner works on it.</summary>
    public void Begin(StageRun row)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            begin(row);
        }
    }

    /// <summary>There is no such row, or it is not known whether there is.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            release();
        }
    }
}
