namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// Messages of one job are consumed one after the other in this process: those that meet would change the same rows, and the loser would be done again.
/// Other processes are found out by the rows' versions.
/// </summary>
internal sealed class ConsumeTurns<TDb> : IDisposable
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the job's turn; it ends with what is returned. Null, and no wait, for a message of no job.</summary>
    public async ValueTask<IDisposable?> TakeAsync(string? jobId, CancellationToken cancellationToken) =>
        jobId is null ? null : await Turn.TakeAsync(_turns[(uint)jobId.GetHashCode(StringComparison.Ordinal) % (uint)_turns.Length], cancellationToken);

    public void Dispose() => Array.ForEach(_turns, turn => turn.Dispose());
}
