namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// Attempts that work on this computer itself take turns, so that it is not shared by more than it bears. Those on hosts of their own only watch: they wait for
/// nobody, for their host is paid for meanwhile.
/// </summary>
/// <param name="count">That work here at once.</param>
/// <param name="isHere">Whether a command's work is done on this computer.</param>
internal sealed class StageTurns<TCommand>(int count, Func<TCommand, bool> isHere) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(count);

    /// <summary>Waits for a turn where there must be one; the turn ends when what is returned is disposed of.</summary>
    public async Task<IDisposable?> TakeAsync(TCommand command, CancellationToken cancellationToken) =>
        isHere(command) ? await Turn.TakeAsync(_turns, cancellationToken) : null;

    public void Dispose() => _turns.Dispose();
}
