using FineTunePipeline.Messaging.Data;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// A slot of this process's runner, kept for an attempt whose command is being written: the row is born claimed, and nobody has to ask the database for it.
/// </summary>
/// <param name="owner">In whose name the row is claimed.</param>
/// <param name="ended">What the runner does at the end, once.</param>
internal sealed class StageReservation(string owner, Action<StageRun?> ended)
{
    private Action<StageRun?>? _ended = ended;

    public string Owner => owner;

    /// <summary>The runner works on the row, which is committed and claimed; null: there is none, or it is not known. Only the first end counts.</summary>
    public void End(StageRun? row) => Interlocked.Exchange(ref _ended, null)?.Invoke(row);
}
