namespace FineTunePipeline.Provisioning.Provision;

/// <summary>
/// One at a time in this process from looking at what a provider offers to the lease that is on record for it: two who look at once would choose the same host,
/// and the one who comes late would wait for capacity, beside hosts that are free.
/// </summary>
internal sealed class HostChoice : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public async Task<T> MakeAsync<T>(Func<Task<T>> choose, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await choose();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
